"""Escalations go with their requests; those that nobody was asked about have no request, and go by their age."""

from collections.abc import Sequence

from bot.services.escalations.need import QUESTION
from bot.services.portions import repeat
from bot.settings_approvals import ApprovalSettings
from bot.store import due
from bot.store import escalations as store
from bot.store.database import Database, Transaction
from bot.store.due import DueKind
from bot.store.retention import forget_messages_of

#: In one transaction: some ms of the writer.
PORTION = 200


def forget_of(tx: Transaction, request_ids: Sequence[int]) -> None:
    """Delete what these requests are about, and the question whether it was needed, before they go themselves."""
    ids = store.of_requests(tx, request_ids)
    forget_messages_of(tx, QUESTION, ids)
    due.cancel(tx, DueKind.ASK_NEED, ids)
    store.forget(tx, ids)


class EscalationPruner:
    def __init__(self, database: Database, settings: ApprovalSettings) -> None:
        self._database = database
        self._settings = settings

    async def prune(self) -> int:
        """Delete those that were not needed and have been kept as long as requests are; returns how many."""
        before = self._database.clock.now() - self._settings.kept_for
        return await repeat(self._database, lambda tx: store.forget_unasked(tx, before, PORTION))
