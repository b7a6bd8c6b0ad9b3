"""Escalations go with their requests; those that nobody was asked about have no request, and go by their age."""

from bot.services.portions import repeat
from bot.settings_approvals import ApprovalSettings
from bot.store import escalations as store
from bot.store.database import Database

#: In one transaction: some ms of the writer.
PORTION = 200


class EscalationPruner:
    def __init__(self, database: Database, settings: ApprovalSettings) -> None:
        self._database = database
        self._settings = settings

    async def prune(self) -> int:
        """Delete those that were not needed and have been kept as long as requests are; returns how many."""
        before = self._database.clock.now() - self._settings.kept_for
        return await repeat(self._database, lambda tx: store.forget_unasked(tx, before, PORTION))
