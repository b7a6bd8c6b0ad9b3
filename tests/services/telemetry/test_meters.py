"""Readings of metrics, on both databases: counted once by any number of replicas, and forgotten when they are old."""

import asyncio
from datetime import timedelta

import pytest

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.meters import MeterDesk
from bot.services.telemetry.prune import Pruner
from bot.settings import TelemetrySettings
from bot.store.telemetry.meters import metric_readings
from riskengine.meters import Meter, Point, Reading
from riskengine.rollups import Rollup
from riskengine.series import Series
from riskengine.windows import Window, minute_of

LABELS = Series("glm-4.5", "z_ai")
MINUTE_NS = 60 * 10**9


def point(calls: int, minutes: int, start_ns: int, series: str = "a") -> Point:
    reading = Reading(start_ns, start_ns + minutes * MINUTE_NS, calls, float(calls))
    return Point(Meter.CALLS, False, series, LABELS, "shop", reading)


@pytest.fixture
def start_ns(clock) -> int:
    return int(clock.now().timestamp() - 600) * 10**9


@pytest.fixture
def replicas(database):
    """Two that share a database and know nothing of each other."""
    desks = [TelemetryDesk(database, TelemetrySettings()) for _ in range(2)]
    return [
        MeterDesk(database, desk.book, desk.price, lambda _: False, spans_win_for=timedelta(hours=1)) for desk in desks
    ]


async def calls_counted(database, folder) -> int:
    await folder.fold_all()
    now = minute_of(database.clock.now())
    sums = await TelemetryDesk(database, TelemetrySettings()).sums(Window(now - 60, now + 1))
    return Rollup.total(sums.values()).calls


async def test_replicas_that_hear_the_same_at_once_count_it_once(replicas, database, folder, start_ns):
    for calls, minutes in ((10, 1), (25, 2)):
        points = [point(calls, minutes, start_ns, series) for series in "abc"]
        told = await asyncio.gather(*(desk.receive(points, "otlp:shop") for desk in replicas * 3))
        assert sum(each.new for each in told) == 3
    assert await calls_counted(database, folder) == 75


async def test_senders_are_told_apart(replicas, database, folder, start_ns):
    for source in ("otlp:shop", "otlp:other"):
        await replicas[0].receive([point(10, 1, start_ns)], source)
    assert await calls_counted(database, folder) == 20


async def test_readings_of_a_service_with_spans_are_noted_and_do_not_count(replicas, database, folder, start_ns, clock):
    await replicas[0].note_spans({"shop"}, "otlp:shop")
    assert (await replicas[1].receive([point(10, 1, start_ns)], "otlp:shop")).new == 0
    clock.advance(3_700)
    assert (await replicas[1].receive([point(12, 2, start_ns)], "otlp:shop")).new == 1
    clock.advance(-3_700 + 600)
    assert await calls_counted(database, folder) == 2


async def test_series_of_which_nothing_comes_any_more_are_forgotten(replicas, database, start_ns, clock):
    await replicas[0].receive([point(10, 1, start_ns)], "otlp:shop")
    clock.advance(20 * 86_400)
    await replicas[0].receive([point(12, 2, start_ns)], "otlp:shop")
    pruner = Pruner(database, TelemetrySettings())
    clock.advance(20 * 86_400)
    assert await pruner.prune() == 0
    clock.advance(12 * 86_400)
    await pruner.prune()
    assert not await database.read(lambda tx: tx.execute(metric_readings.select()).all())
