"""Counts repeated requests: raw calls are looked through once, in portions, after their commit."""

import asyncio
from datetime import timedelta
from functools import partial

from bot.services.portions import REST_SECONDS, repeat
from bot.services.telemetry.rows import day_of
from bot.settings_costs import OptimisationSettings
from bot.store import request_repeats
from bot.store.bell_turns import take_turn
from bot.store.database import Database, Transaction
from bot.store.request_repeats import Counted, Progress, Request

BELL = "request_repeats"
#: Real time between two looks.
INTERVAL = timedelta(seconds=20)
#: Ids looked through in one read.
LOOKED_AT = 5_000
#: Rows deleted in one transaction.
PORTION = 1_000


class RepeatCounter:
    """One per process; replicas take turns."""

    def __init__(self, database: Database, settings: OptimisationSettings) -> None:
        self._database = database
        self._settings = settings

    async def look(self) -> int:
        """Count what had been stored at the last look; returns the number of ids that were looked through."""
        # What was stored at this look is counted at the next one: in between every commit under way has ended.
        if not await self._database.write(lambda tx: take_turn(tx, BELL, INTERVAL / 2)):
            return 0
        newest = await self._database.read(request_repeats.newest_call)
        looked_at = 0
        while step := await self._step():
            looked_at += step
            await asyncio.sleep(REST_SECONDS)
        await self._database.write(partial(_note, newest=newest))
        return looked_at

    async def _step(self) -> int:
        before, after, counted = await self._database.read(_read)
        if after.counted_to <= before.counted_to:
            return 0
        work = partial(_write, before=before, after=after, counted=counted, limit=self._settings.requests_a_day)
        return after.counted_to - before.counted_to if await self._database.write(work) else 0

    async def prune(self) -> int:
        """Forget what is too old to tell anything, and of days that are over what was asked only once."""
        today = day_of(self._database.clock.now())
        kept = self._settings.window // timedelta(days=1) + 1
        # Late calls still come into yesterday.
        ages = {"singles_before": today - 1, "all_before": today - kept}
        return await repeat(self._database, lambda tx: request_repeats.prune(tx, **ages, limit=PORTION))


def _read(tx: Transaction) -> tuple[Progress, Progress, dict[Request, Counted]]:
    """How far it is counted, how far it will be, and what lies in between."""
    before = request_repeats.progress(tx)
    begin = max(before.counted_to, request_repeats.first_call(tx) - 1)
    to = min(begin + LOOKED_AT, before.seen_to)
    counted = request_repeats.count(tx, begin, to) if to > begin else {}
    return before, Progress(max(to, before.counted_to), before.seen_to), counted


def _write(tx: Transaction, before: Progress, after: Progress, counted: dict[Request, Counted], limit: int) -> bool:
    if not request_repeats.move(tx, before, after):
        return False
    request_repeats.add(tx, counted)
    for day in sorted({each.day for each in counted}):
        request_repeats.thin(tx, day, limit)
    return True


def _note(tx: Transaction, newest: int) -> None:
    before = request_repeats.progress(tx)
    request_repeats.move(tx, before, Progress(before.counted_to, max(before.seen_to, newest)))
