"""Riskbot's own beat: each ring writes that it is there, and a gap since the last one is kept as an outage.

Only what runs beats: while the due runner stands still nobody's deadline is kept, so there is no beat either.
"""

import logging
from datetime import timedelta

from bot.clock import monotonic_seconds
from bot.services.portions import repeat
from bot.settings_escalation import AvailabilitySettings
from bot.store import availability as store
from bot.store.database import Database, Transaction
from riskengine.availability import Outage, gap

logger = logging.getLogger(__name__)

#: Outages deleted in one transaction.
PORTION = 200


class Heart:
    """One per process; all of them share one beat."""

    def __init__(self, database: Database, settings: AvailabilitySettings) -> None:
        self._database = database
        self._settings = settings
        self._beaten_at: float | None = None

    async def beat(self) -> Outage | None:
        """Say that riskbot is there; the outage that ends by it, if there was one."""
        begun, before = monotonic_seconds(), self._beaten_at
        lived_through = None if before is None else timedelta(seconds=begun - before)
        outage = await self._database.write(lambda tx: beat(tx, lived_through, self._settings.outage_after))
        self._beaten_at = begun
        if outage is not None:
            words = "Nothing beat from %s to %s: no deadline was kept meanwhile"
            logger.warning(words, outage.started_at, outage.ended_at, extra={"action": "outage"})
        return outage

    async def prune(self) -> int:
        """Forget old outages; returns how many."""
        before = self._database.clock.now() - self._settings.kept_for
        return await repeat(self._database, lambda tx: store.prune(tx, before, PORTION))


def beat(tx: Transaction, lived_through: timedelta | None, longest: timedelta) -> Outage | None:
    """In one transaction, so that replicas tell of one gap once."""
    outage = gap(store.last_beat(tx), tx.now, lived_through, longest)
    if outage is not None:
        store.record(tx, outage)
    store.beat(tx)
    return outage
