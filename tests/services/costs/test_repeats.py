"""Repeated requests as counts by day; both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.services.costs.repeats import RepeatCounter
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import TelemetrySettings
from bot.settings_costs import OptimisationSettings
from bot.store import request_repeats
from bot.store.bell_turns import bell_turns
from bot.store.open import open_database
from bot.store.request_repeats import Counted, Request, is_kept, request_of
from riskengine.telemetry import ModelCall

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(start=NOON)


@pytest.fixture
def desk(database) -> TelemetryDesk:
    return TelemetryDesk(database, TelemetrySettings())


def call(number: int, request_hash: str | None, at: datetime = NOON, **values) -> ModelCall:
    told = {"model": "glm-4.5", "provider": "z_ai", "duration_seconds": 1.0, "cost_usd": "0.01", "status_code": 200}
    tokens = {"input_tokens": 100, "output_tokens": 10}
    return ModelCall(id=f"c{number}", at=at, request_hash=request_hash, **told | tokens | values)


async def look(database, limit: int = 5_000) -> int:
    """Two looks: what the first one sees is counted by the second."""
    counter = RepeatCounter(database, OptimisationSettings(requests_a_day=limit))
    looked_at = 0
    for _ in range(2):
        await database.write(lambda tx: tx.execute(bell_turns.delete()))
        looked_at += await counter.look()
    return looked_at


async def again(database, since: datetime = NOON - 40 * DAY) -> list[tuple[int, int]]:
    day = (since - datetime(1970, 1, 1, tzinfo=UTC)).days
    found = await database.read(lambda tx: request_repeats.repeats_since(tx, day))
    return [(each.calls, each.cost_picousd) for each in found]


async def test_what_is_asked_again_on_one_day_is_counted_once(database, desk):
    await desk.receive([call(number, "a" if number < 4 else f"b{number}") for number in range(9)])
    assert await look(database) == 9
    assert await again(database) == [(3, 3 * 10**10)]
    assert await look(database) == 0
    assert await again(database) == [(3, 3 * 10**10)]


async def test_what_comes_later_is_added(database, desk):
    await desk.receive([call(1, "a"), call(2, "a")])
    await look(database)
    await desk.receive([call(3, "a", cost_usd="0.04"), call(1, "a")])
    await look(database)
    # Three calls of 6 cents: two of them for the mean price.
    assert await again(database) == [(2, 4 * 10**10)]


async def test_another_day_another_series_and_what_gave_no_answer_are_no_repeats(database, desk):
    await desk.receive(
        [
            call(1, "a"),
            call(2, "a", at=NOON - DAY),
            call(3, "a", role="critic"),
            call(4, "a", error="Timeout", status_code=504),
            call(5, None),
            call(6, "a", cost_usd=None),
        ]
    )
    await look(database)
    assert await again(database) == []


async def test_what_was_not_there_at_the_look_before_waits_for_the_next(database, desk):
    """A commit that is under way may have the smaller id."""
    await desk.receive([call(1, "a"), call(2, "a")])
    counter = RepeatCounter(database, OptimisationSettings())
    assert await counter.look() == 0
    assert await counter.look() == 0, "too soon after the last one"
    await database.write(lambda tx: tx.execute(bell_turns.delete()))
    assert await counter.look() == 2


async def test_two_replicas_count_each_call_once(database, database_url, clock, desk):
    await desk.receive([call(number, "a") for number in range(50)])
    rival = open_database(database_url, clock)
    try:
        await look(database)
        await look(rival)
    finally:
        await rival.close()
    assert await again(database) == [(49, 49 * 10**10)]


async def test_a_step_that_lost_its_race_changes_nothing(database, desk):
    await desk.receive([call(1, "a")])
    await look(database)
    before = await database.read(request_repeats.progress)
    behind = before._replace(counted_to=before.counted_to - 1)
    assert not await database.write(lambda tx: request_repeats.move(tx, behind, before))


async def test_a_day_with_too_many_requests_keeps_a_sample_that_tells_of_all(database, desk):
    await desk.receive([call(number, f"r{number % 400}") for number in range(1200)])
    await look(database, limit=60)
    day = (NOON - datetime(1970, 1, 1, tzinfo=UTC)).days
    level = (await database.read(lambda tx: request_repeats.levels(tx, [day])))[day]
    kept = [each for each in range(400) if is_kept(request_of(f"r{each}"), level)]
    assert level >= 3
    assert 0 < len(kept) <= 60
    # Each was asked three times.
    assert await again(database) == [(2 * len(kept) << level, (2 * len(kept) * 10**10) << level)]
    assert 400 <= 2 * len(kept) << level <= 1_600
    await desk.receive([call(number, f"r{number % 400}") for number in range(1200, 1600)])
    await look(database, limit=60)
    assert await again(database) == [(3 * len(kept) << level, (3 * len(kept) * 10**10) << level)]


async def test_pruning_leaves_what_was_asked_again_and_then_nothing(database):
    def request(days_ago: int, number: int) -> Request:
        return Request((NOON - days_ago * DAY - datetime(1970, 1, 1, tzinfo=UTC)).days, number, 1)

    rows = {request(ago, number): Counted(1 + number, 10) for ago in (0, 1, 2, 40) for number in (0, 1)}
    await database.write(lambda tx: request_repeats.add(tx, rows))
    counter = RepeatCounter(database, OptimisationSettings())
    # Once asked, two days ago; and both of forty days ago.
    assert await counter.prune() == 3
    assert await counter.prune() == 0
    assert len(await again(database)) == 3
