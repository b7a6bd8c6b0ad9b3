"""The front desk of callbacks: which there are, and having one that was given up sent again."""

from bot.errors import Conflict, NotFound, WrongUse
from bot.services.portions import repeat
from bot.settings_callbacks import CallbackSettings
from bot.store import audit
from bot.store import callbacks as store
from bot.store.database import Database, Transaction
from riskengine.addresses import AddressRefused, target_of
from riskengine.response.callbacks import CallbackRecord, CallbackState

#: Deleted in one transaction: some ms of the writer.
PORTION = 200


def check_url(url: str, settings: CallbackSettings) -> None:
    """Refuse a callback_url that could never be called, while its sender can still mend it. Raises WrongUse.

    What its host resolves to is checked at each call: it may be another address by then.
    """
    if not settings.secrets:
        hint = "Leave it out and wait with GET ?wait=, or have the operator set callbacks.secret and allowed_hosts."
        raise WrongUse("callback_url: this riskbot sends no callbacks.", hint=hint)
    try:
        target_of(url, settings.allowed)
    except AddressRefused as refused:
        hint = "docs/programs.md says which addresses may be called; the operator's list is callbacks.allowed_hosts."
        raise WrongUse(f"callback_url cannot be called: {refused}.", hint=hint) from None


class CallbackDesk:
    """Use cases on callbacks, for programs and their operators."""

    def __init__(self, database: Database, settings: CallbackSettings) -> None:
        self._database = database
        self._settings = settings

    async def listed(self, state: CallbackState | None, limit: int) -> list[CallbackRecord]:
        """The newest first."""
        return await self._database.read(lambda tx: store.listed(tx, state, limit))

    async def retry(self, callback_id: int, token_name: str) -> CallbackRecord:
        """Have a dead one sent again under its old delivery id. Raises NotFound, and Conflict when it is not dead."""
        return await self._database.write(lambda tx: _retry(tx, callback_id, f"token:{token_name}"))

    async def prune(self) -> int:
        """Delete those that have had their time; returns how many."""
        before = self._database.clock.protocol_now() - self._settings.kept_for
        return await repeat(self._database, lambda tx: store.forget(tx, before, PORTION))


def _retry(tx: Transaction, callback_id: int, actor: str) -> CallbackRecord:
    revived = store.revive(tx, callback_id)
    record = store.by_id(tx, callback_id)
    if record is None:
        raise NotFound(f"There is no callback {callback_id}.", hint="GET /v1/callbacks lists them.")
    if not revived:
        hint = "Only one that was given up needs it; the others are under way or have arrived."
        raise Conflict(f"Callback {callback_id} is {record.state}, not dead.", hint=hint)
    detail = {"callback": record.id, "event": record.event, "host": record.host, "delivery_id": record.delivery_id}
    audit.record(tx, [audit.Entry(actor, "callback_retried", record.subject_kind, record.subject_id, detail)])
    return record
