"""How long one look at all rules takes, with few and with very many calls in the store."""

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from statistics import median

from bot.clock import Clock
from bot.services.telemetry import receive
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.services.telemetry.fresh import place_keys
from bot.services.telemetry.rows import CALLS, CallRow, call_row, day_of
from bot.services.watching.look import Looker
from bot.services.watching.rules_file import rules_path
from bot.services.watching.rules_in_force import RulesInForce
from bot.settings import AlertDelivery, TelemetrySettings, WatchSettings
from bot.store.database import Database, Transaction
from bot.store.open import open_database
from bot.store.telemetry import series
from riskengine.areas.cost.charging import Till
from riskengine.series import Series
from riskengine.telemetry import MANY_CALLS
from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, migrated_database
from tests.benchmarks.telemetry_load import calls

FEW = 10_000
MANY = int(os.environ.get("BENCH_CALLS", "3000000"))
#: As long as the baseline of a throughput looks back, and a little.
SPAN = timedelta(days=8)
PIECE = 5_000
LOOKS = 20


def run() -> None:
    for kind in KINDS:
        few, many = asyncio.run(_looks(kind))
        for count, milliseconds in ((FEW, few), (MANY, many)):
            figures.report(f"{kind}: all rules with {count:,} calls stored", milliseconds, "ms", "≤ 50 ms")
        ratio = median(each / other for each, other in zip(many, few, strict=True))
        figures.note(f"{kind}: with {MANY:,} over {FEW:,} calls, looks in pairs", f"{ratio:.2f}", "≤ 1.5")


async def _looks(kind: str) -> tuple[list[float], list[float]]:
    """Looks at either store in turn: a minute later the machine is another one."""
    async with _filled(kind, FEW) as few, _filled(kind, MANY) as many:
        # What filling left behind is no part of a look.
        gc.collect()
        gc.freeze()
        pairs = [(await _timed(few), await _timed(many)) for _ in range(LOOKS)]
    return [few for few, _ in pairs], [many for _, many in pairs]


@asynccontextmanager
async def _filled(kind: str, count: int) -> AsyncIterator[Looker]:
    # The database is made in a thread: its migrations run a loop of their own.
    made = migrated_database(kind)
    url = await asyncio.to_thread(made.__enter__)
    database = open_database(url, Clock())
    try:
        await _fill(database, count)
        looker = await _looker(database)
        # The first look reads what the later ones keep: since when each series is known.
        await looker.look()
        yield looker
    finally:
        await database.close()
        await asyncio.to_thread(made.__exit__, None, None, None)


async def _looker(database: Database) -> Looker:
    watch = WatchSettings(interval="1ms")
    rules = RulesInForce(database, rules_path(watch), "#llm-alerts")
    await rules.open()
    return Looker(database, TelemetryDesk(database, TelemetrySettings()), rules, watch, AlertDelivery())


async def _timed(looker: Looker) -> float:
    begun = time.perf_counter()
    await looker.look()
    return (time.perf_counter() - begun) * 1000


async def _fill(database: Database, count: int) -> None:
    """Calls until now, stored and folded as intake does it; as dense with few as with many, which go further back."""
    some = MANY_CALLS.validate_python(calls(PIECE, seed=1))
    told = {Series.of(call) for call in some}
    now = database.clock.now()
    folder = Folder(database)
    ids: dict[Series, int] = {}

    def know(tx: Transaction) -> None:
        ids.update(series.ids_of(tx, told))
        ids.update(series.add(tx, told - ids.keys()))

    await database.write(know)
    till = Till(None)
    rows = [call_row(call, till.charge(call), CALLS, ids[Series.of(call)], day_of(now)) for call in some]
    for first in range(0, count, PIECE):
        moved = [_moved(row, first + place, count, now.timestamp()) for place, row in enumerate(rows[: count - first])]
        await database.write(partial(receive.store_calls, rows=moved))
        await folder.fold_all()
    await place_keys(database)


def _moved(row: CallRow, number: int, count: int, now: float) -> CallRow:
    """The row as call `number` of so many."""
    at = now - SPAN.total_seconds() * (count - number) / MANY
    return row._replace(key=hash((number, "rules")), call_id=f"{number:012x}", at_us=int(at * 1_000_000))
