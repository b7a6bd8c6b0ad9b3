"""What is old goes, in portions so small that intake does not notice.

Raw calls and keys go by their arrival, not by the time they tell: an old day that is backfilled today stays for its
full time, and a resend of it still counts once.
"""

import asyncio
from functools import partial

from bot.services.portions import REST_SECONDS, repeat
from bot.services.telemetry.fresh import place_keys
from bot.services.telemetry.rows import day_of
from bot.settings import TelemetrySettings
from bot.store import complaints
from bot.store.database import Database
from bot.store.telemetry import calls, keys, meters, outcomes, rollups
from riskengine.windows import minute_of

#: Rows deleted in one transaction: some ms of the writer.
PORTION = 1_000
#: Keys looked at in one read; most of them stay.
KEYS_LOOKED_AT = 20_000


class Pruner:
    """Deletes what has been kept long enough."""

    def __init__(self, database: Database, settings: TelemetrySettings) -> None:
        self._database = database
        self._settings = settings
        #: Keys that arrived before this day are gone; looking through all of them once a day is enough.
        self._keys_gone_before = 0

    async def prune(self) -> int:
        """Delete everything that has had its time; returns the number of rows."""
        now, settings = self._database.clock.now(), self._settings
        expired_day = day_of(now - settings.raw_kept_for)
        minute = minute_of(now - settings.minutes_kept_for)
        hour = minute_of(now - settings.hours_kept_for) // rollups.HOUR_MINUTES
        gone = await repeat(self._database, lambda tx: calls.prune(tx, expired_day, PORTION))
        gone += await repeat(self._database, lambda tx: outcomes.prune(tx, expired_day, PORTION))
        gone += await repeat(self._database, lambda tx: rollups.prune(tx, rollups.rollups_minute, minute, PORTION))
        gone += await repeat(self._database, lambda tx: rollups.prune(tx, rollups.rollups_hour, hour, PORTION))
        gone += await repeat(self._database, lambda tx: meters.prune(tx, expired_day, PORTION))
        gone += await repeat(
            self._database, lambda tx: complaints.prune(tx, now - settings.complaints_kept_for, PORTION)
        )
        return gone + await self._prune_keys(expired_day)

    async def _prune_keys(self, expired_day: int) -> int:
        """Walk through all keys in their order: an index by day would cost every insert for one walk a day."""
        gone, after = 0, None
        if expired_day <= self._keys_gone_before:
            return 0
        await place_keys(self._database)
        while page := await self._database.read(partial(keys.page, after=after, size=KEYS_LOOKED_AT)):
            expired = [key for key, day in page if day < expired_day]
            for start in range(0, len(expired), PORTION):
                some = expired[start : start + PORTION]
                gone += await self._database.write(partial(keys.forget, keys=some, arrived_before_day=expired_day))
            after = page[-1][0]
            await asyncio.sleep(REST_SECONDS)
        self._keys_gone_before = expired_day
        return gone
