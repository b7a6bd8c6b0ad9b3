"""Every callback that may be sent now is somebody's, or will be claimed; a receiver that fails is no trouble here."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms, usual
from bot.store import callbacks, invariants
from bot.store.database import Bell, Transaction

CALLBACK = "callback"


def _lapsed(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(CALLBACK, row.id, row.lease_until.isoformat()) for row in invariants.lapsed_callbacks(tx)]


def _free(tx: Transaction, _terms: Terms, _found: Sequence[Finding]) -> None:
    callbacks.release_expired(tx)
    tx.ring(Bell.CALLBACKS)


def _unsent(tx: Transaction, terms: Terms) -> list[Finding]:
    found = invariants.unsent_callbacks(tx, terms.auditor.patience)
    return [Finding(CALLBACK, row.id, str(row.attempts)) for row in found]


def _ring(tx: Transaction, _terms: Terms, _found: Sequence[Finding]) -> None:
    tx.ring(Bell.CALLBACKS)


LAPSED = Check(
    name="callback_lease_lapsed",
    found="{count} callbacks were held by a sender that is gone, and nobody took them back.",
    done="They are free again, and sent under their old delivery ids.",
    look=_lapsed,
    repair=_free,
    patience=usual,
)
UNSENT = Check(
    name="callback_unsent",
    found="{count} callbacks were to be sent, and nobody sent any.",
    done="I rang for it. If this stays, look at the log.",
    look=_unsent,
    repair=_ring,
    patience=usual,
)
