"""What is old goes by its arrival; intake goes on meanwhile, and old days stay open to be filled in."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.services.telemetry import prune
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fresh import place_keys
from bot.services.telemetry.prune import Pruner
from bot.settings import TelemetrySettings
from bot.store.telemetry import calls, keys, outcomes
from bot.store.telemetry.rollups import rollups_hour, rollups_minute
from riskengine.telemetry import TaskOutcome
from riskengine.windows import Window, minute_of
from tests.services.telemetry.conftest import make_call, make_calls

SETTINGS = TelemetrySettings()


@pytest.fixture
def desk(database):
    return TelemetryDesk(database, SETTINGS)


@pytest.fixture
def pruner(database):
    return Pruner(database, SETTINGS)


@pytest.fixture
def small_portions(monkeypatch):
    monkeypatch.setattr(prune, "PORTION", 7)
    monkeypatch.setattr(prune, "KEYS_LOOKED_AT", 10)


async def count(database, table) -> int:
    return len(await database.read(lambda tx: tx.execute(table.select()).all()))


async def test_old_day_is_kept_from_its_arrival_on(desk, pruner, database, clock, small_portions):
    """Told today, it is years old and stays for thirty days; a resend of it counts once all that time."""
    told = make_calls(40)
    await desk.receive(told)
    assert await pruner.prune() == 0
    clock.advance(29 * 86_400)
    assert await pruner.prune() == 0
    assert not any(await desk.receive(told))
    fresh = make_calls(5, start=100)
    await desk.receive(fresh)
    clock.advance(3 * 86_400)
    assert await pruner.prune() == 80
    assert await count(database, calls.calls) == 5
    assert await count(database, keys.call_keys) == 5
    assert not any(await desk.receive(fresh))


async def test_call_counts_anew_once_it_is_forgotten(desk, pruner, clock):
    told = make_calls(3)
    await desk.receive(told)
    clock.advance(32 * 86_400)
    await pruner.prune()
    assert await desk.receive(told) == [True] * 3


async def test_rollups_go_by_their_time(desk, pruner, folder, database, clock):
    now = clock.now()
    ages = [timedelta(days=days) for days in (0, 10, 40, 400, 800)]
    await desk.receive([make_call(f"c{number}", now - age) for number, age in enumerate(ages)])
    await folder.fold_all()
    assert await count(database, rollups_minute) == await count(database, rollups_hour) == 5
    assert await pruner.prune() == 4
    assert await count(database, rollups_minute) == 2
    assert await count(database, rollups_hour) == 4


async def test_window_whose_minutes_are_gone_is_told_in_whole_hours(desk, pruner, folder, clock):
    now = clock.now()
    minute = minute_of(now - timedelta(days=40)) // 60 * 60
    at = datetime.fromtimestamp(minute * 60, UTC)
    await desk.receive(
        [make_call(f"c{number}", at + timedelta(minutes=minutes)) for number, minutes in enumerate((5, 40, 70))]
    )
    await folder.fold_all()
    await pruner.prune()
    window = Window(minute + 30, minute + 61)
    assert desk.covered(window) == Window(minute, minute + 120)
    (rollup,) = (await desk.sums(window)).values()
    assert rollup.calls == 3
    recent = Window(minute_of(now) - 7, minute_of(now))
    assert desk.covered(recent) == recent


async def test_outcomes_go_by_their_arrival(desk, pruner, database, clock):
    outcome = TaskOutcome(id="o", at=clock.now(), task_id="t", role="critic", model="glm-4.5", completed=True)
    await desk.receive_outcomes([outcome])
    clock.advance(32 * 86_400)
    assert await pruner.prune() == 2
    assert await count(database, outcomes.task_outcomes) == 0


async def test_intake_goes_on_while_much_is_pruned(desk, pruner, database, clock):
    for start in range(0, 20_000, 500):
        await desk.receive(make_calls(500, start=start))
    clock.advance(32 * 86_400)
    pruning = asyncio.create_task(pruner.prune())
    waits = []
    number = 100_000
    while not pruning.done():
        begun = time.perf_counter()
        await desk.receive(make_calls(1, start=number))
        waits.append(time.perf_counter() - begun)
        number += 1
    assert await pruning == 40_000
    assert max(waits) < 1
    assert await count(database, calls.calls) == len(waits)


async def test_key_that_came_anew_is_not_forgotten_with_the_old_one(database):
    """Two replicas prune at once; between the look of one and its deletion the other has forgotten the key."""
    await database.write(lambda tx: keys.take(tx, [1, 2], 10))
    await place_keys(database)
    assert await database.read(lambda tx: keys.page(tx, None, 10)) == [(1, 10), (2, 10)]
    await database.write(lambda tx: keys.forget(tx, [1], 20))
    await database.write(lambda tx: keys.take(tx, [1], 30))
    await place_keys(database)
    assert await database.write(lambda tx: keys.forget(tx, [1, 2], 20)) == 1
    assert await database.read(lambda tx: keys.page(tx, None, 10)) == [(1, 30)]
