"""Requests that are over for long enough go, with what they were about, a little at a time.

A button on a card whose request is gone gets the truthful answer that it is.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.services.portions import repeat
from bot.settings_approvals import ApprovalSettings
from bot.store import approval_retention as retention
from bot.store import audit
from bot.store.approvals import APPROVAL
from bot.store.database import Database, Transaction

#: In one transaction: some ms of the writer. A request has a dozen rows.
REQUESTS = 20

#: Deletes the subjects of requests, before these go themselves.
Forget = Callable[[Transaction, Sequence[int]], None]


class ApprovalPruner:
    """`subjects`: kind of subject → what deletes those of its requests. A kind without one keeps its requests."""

    def __init__(self, database: Database, settings: ApprovalSettings, subjects: Mapping[str, Forget]) -> None:
        self._database = database
        self._settings = settings
        self._subjects = subjects

    async def prune(self) -> int:
        """Delete every request that has had its time, and every absence; returns how many."""
        before = self._database.clock.now() - self._settings.kept_for
        gone = await repeat(self._database, lambda tx: self._requests(tx, before))
        return gone + await self._database.write(lambda tx: retention.forget_absences(tx, before))

    def _requests(self, tx: Transaction, before: datetime) -> int:
        kinds = retention.lock_expired(tx, before, self._subjects.keys(), REQUESTS)
        if not kinds:
            return 0
        for kind, forget in self._subjects.items():
            forget(tx, [each for each, of_kind in kinds.items() if of_kind == kind])
        retention.forget(tx, list(kinds))
        detail = {"requests": len(kinds), "over_before": before.isoformat()}
        audit.record(tx, [audit.Entry(audit.SYSTEM, "pruned", APPROVAL, 0, detail)])
        return len(kinds)
