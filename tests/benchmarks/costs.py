"""How long sums of spending take with few and with very many calls in the store, and pruning beside intake.

The raw calls are written by the store's own function, and so are the rollups, of which a minute's is made once for
each series and reused: what is measured reads them, and does not know how they came about.
"""

import asyncio
import os
import time
from array import array
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median

from prometheus_client import CollectorRegistry

from bot.clock import Clock
from bot.services.costs.budget_watch import BudgetWatch
from bot.services.costs.budgets import BudgetDesk
from bot.services.costs.desk import CostDesk
from bot.services.costs.overview import OverviewDesk
from bot.services.costs.watch import PriceWatch
from bot.services.price_table import SHIPPED, read_prices
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.prune import Pruner
from bot.services.telemetry.rows import CALLS, CallRow, call_row, day_of
from bot.settings import Settings, TelemetrySettings
from bot.store.database import Database
from bot.store.open import open_database
from bot.store.telemetry import calls as raw
from bot.store.telemetry import fresh_keys, keys, rollups, series
from bot.store.telemetry.rollups import Bucket
from riskengine.areas.cost.charging import Till
from riskengine.rollups import CallSample, Rollup
from riskengine.series import Series
from riskengine.telemetry import MANY_CALLS
from riskengine.windows import minute_of
from tests.benchmarks import figures
from tests.benchmarks.stage import migrated_database
from tests.benchmarks.telemetry_load import calls

FEW = 100_000
MANY = int(os.environ.get("BENCH_CALLS", "10000000"))
KINDS = tuple(os.environ.get("BENCH_DATABASES", "sqlite,postgresql").split(","))
DAYS = 30
MINUTES = DAYS * 24 * 60
PIECE = 20_000
LOOKS = 20
SETTINGS = Settings(time_zone="Europe/Berlin")
BATCH = 100


def run() -> None:
    for kind in KINDS:
        took = {count: asyncio.run(_measured(kind, count)) for count in (FEW, MANY)}
        for name, aim in (("`/cost`", "≤ 200 ms"), ("evaluation", "≤ 50 ms")):
            for count, found in took.items():
                figures.report(f"{kind}: {name} with {count:,} calls stored", found[name], "ms", aim)
            ratio = median(took[MANY][name]) / median(took[FEW][name])
            figures.note(f"{kind}: {name}, {MANY:,} over {FEW:,} calls", f"{ratio:.2f}", "≤ 1.5")
        for name in ("a batch alone", "a batch beside pruning"):
            figures.report(f"{kind}: {name}, {MANY:,} calls stored", took[MANY][name], "ms")


async def _measured(kind: str, count: int) -> dict[str, list[float]]:
    # The database is made in a thread: its migrations run a loop of their own.
    made = migrated_database(kind)
    url = await asyncio.to_thread(made.__enter__)
    database = open_database(url, Clock())
    try:
        begun = time.monotonic()
        await _fill(database, count)
        figures.note(f"{kind}: {count:,} calls written", f"{time.monotonic() - begun:.0f} s")
        prices = read_prices(SHIPPED)
        telemetry = TelemetryDesk(database, SETTINGS.telemetry, prices)
        desk = CostDesk(database, telemetry, SETTINGS)
        prices_seen = PriceWatch(database, telemetry, prices, SETTINGS.pricing, SETTINGS.alerts)
        budgets = BudgetDesk(database, desk, SETTINGS.budgets)
        budgets_seen = BudgetWatch(database, desk, budgets, SETTINGS.alerts, CollectorRegistry())
        # Whom it is shown to does not matter here.
        overview = OverviewDesk(database, None, desk, budgets)  # type: ignore[arg-type]
        found = {
            "`/cost`": await _timed(overview.overview),
            "evaluation": await _timed(partial(_evaluation, budgets_seen, prices_seen)),
        }
        return found | await _pruned(database, telemetry)
    finally:
        await database.close()
        await asyncio.to_thread(made.__exit__, None, None, None)


async def _evaluation(budgets: BudgetWatch, prices: PriceWatch) -> None:
    """What is done each minute: budgets are judged and projected, and prices looked at."""
    await budgets.look()
    await prices.look()


async def _timed(work: Callable[[], Awaitable[object]]) -> list[float]:
    await work()
    took = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        await work()
        took.append((time.perf_counter() - begun) * 1000)
    return took


async def _pruned(database: Database, telemetry: TelemetryDesk) -> dict[str, list[float]]:
    """Batches of a sender, first alone, then while a third of all raw calls goes."""
    alone = await _batches(telemetry, 0, time.monotonic() + 3)
    # A third arrived longer ago than this.
    settings = TelemetrySettings(raw_kept_for=timedelta(days=DAYS * 2 // 3), minutes_kept_for=timedelta(days=DAYS))
    pruning = asyncio.create_task(Pruner(database, settings).prune())
    beside = await _batches(telemetry, 1, time.monotonic() + 10)
    pruning.cancel()
    await asyncio.gather(pruning, return_exceptions=True)
    return {"a batch alone": alone, "a batch beside pruning": beside}


async def _batches(telemetry: TelemetryDesk, seed: int, until: float) -> list[float]:
    some = MANY_CALLS.validate_python(calls(BATCH, seed=seed + 100))
    took: list[float] = []
    while time.monotonic() < until:
        fresh = [call.model_copy(update={"id": f"{seed}-{len(took)}-{place}"}) for place, call in enumerate(some)]
        begun = time.perf_counter()
        await telemetry.receive(fresh)
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.01)
    return took


async def _fill(database: Database, count: int) -> None:
    """Calls spread evenly over thirty days until now."""
    some = MANY_CALLS.validate_python(calls(PIECE, seed=1))
    told = sorted({Series.of(call) for call in some})
    ids = await database.write(lambda tx: series.add(tx, told))
    till, now = Till(read_prices(SHIPPED)), database.clock.now()
    rows = [call_row(call, till.charge(call), CALLS, ids[Series.of(call)], day_of(now)) for call in some]
    arrived: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
    for first in range(0, count, PIECE):
        moved = [_moved(row, first + place, count, now.timestamp()) for place, row in enumerate(rows[: count - first])]
        await database.write(partial(raw.store, rows=moved))
        for row in moved:
            arrived[row.arrived_day].append(row.key)
    for day, some in arrived.items():
        await _note(database, sorted(some), day)
    for buckets in _buckets(list(ids.values()), _of_a_minute(rows), count, minute_of(now)):
        await database.write(partial(rollups.add, by_minute=buckets))


async def _note(database: Database, ordered: list[int], day: int) -> None:
    """Keys where they belong, a day's together: one by one ten million of them would take an hour."""
    put = fresh_keys.place if database.dialect == "sqlite" else keys.take
    for start in range(0, len(ordered), PIECE):
        some = ordered[start : start + PIECE]
        await database.write(lambda tx, some=some: put(tx, some, day))


def _moved(row: CallRow, number: int, count: int, now: float) -> CallRow:
    """The row as call `number` of so many, arrived when it was made."""
    at = now - MINUTES * 60 * (1 - number / count)
    day = int(at // 86_400)
    return row._replace(key=hash((number, "c")), call_id=f"{number:012x}", at_us=int(at * 1_000_000), arrived_day=day)


def _of_a_minute(rows: list[CallRow]) -> list[CallSample]:
    return [
        CallSample(
            row.duration_us,
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            cost_picousd=row.cost_picousd,
            told_picousd=row.told_picousd if row.priced_by_us else None,
        )
        for row in rows
    ]


def _buckets(ids: list[int], samples: list[CallSample], count: int, now_minute: int) -> Iterator[dict[Bucket, Rollup]]:
    """An hour of minutes at a time; few calls are in few of the minutes, many in all."""
    per_bucket = count / MINUTES / len(ids)
    size = max(1, round(per_bucket))
    made = {each: Rollup.of(samples[place * size : (place + 1) * size]) for place, each in enumerate(ids)}
    every = max(1, round(1 / per_bucket))
    first = now_minute - MINUTES
    for start in range(first, now_minute, 60):
        minutes = range(start, start + 60)
        yield {
            Bucket(minute, each): made[each]
            for minute in minutes
            for place, each in enumerate(ids)
            if (minute + place) % every == 0
        }
