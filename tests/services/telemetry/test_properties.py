"""Any sequence of batches, folds and resends: the rollups are the sums of the distinct calls, on both databases."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.services.telemetry.fresh import place_keys
from bot.store.tables import call_keys, rollup_deltas, rollups_hour, rollups_minute
from bot.store.telemetry.calls import calls as raw
from riskengine.windows import Window, minute_of
from tests.services.telemetry.conftest import KEEPING, MOMENT, make_call
from tests.services.telemetry.test_telemetry import direct

FIRST = minute_of(MOMENT)

one_call = st.builds(
    make_call,
    call_id=st.sampled_from([f"c{number}" for number in range(30)]),
    at=st.integers(0, 3 * 3600).map(lambda seconds: MOMENT + timedelta(seconds=seconds)),
    model=st.sampled_from(["glm-4.5", "claude-opus-4-1"]),
    role=st.sampled_from([None, "critic"]),
    team=st.sampled_from([None, "a", "b"]),
    duration_seconds=st.floats(0, 86_400, allow_nan=False),
    time_to_first_token_seconds=st.none() | st.floats(0, 60, allow_nan=False),
    input_tokens=st.integers(0, 10**9),
    output_tokens=st.integers(0, 10**9),
    cost_usd=st.none() | st.decimals(0, 10_000, places=12, allow_nan=False),
    error=st.none() | st.just("Timeout"),
    escalated=st.none() | st.booleans(),
)
steps = st.lists(st.lists(one_call, min_size=1, max_size=12) | st.sampled_from(["fold", "place"]), max_size=12)
windows = st.lists(st.tuples(st.integers(-60, 240), st.integers(1, 200)), min_size=1, max_size=4)


async def empty(database):
    await place_keys(database)
    for table in (raw, call_keys, rollup_deltas, rollups_minute, rollups_hour):
        await database.write(lambda tx, table=table: tx.execute(delete(table)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, windows=windows)
async def test_rollups_are_the_direct_sums(database, steps, windows):
    await empty(database)
    desk, folder = TelemetryDesk(database, KEEPING), Folder(database)
    distinct = {}
    for step in steps:
        if step == "fold":
            await folder.fold_all()
            continue
        if step == "place":
            await place_keys(database)
            continue
        expected = []
        for call in step:
            expected.append(call.id not in distinct)
            distinct.setdefault(call.id, call)
        assert await desk.receive(step) == expected
    await folder.fold_all()
    for start, length in windows:
        window = Window(FIRST + start, FIRST + start + length)
        inside = [call for call in distinct.values() if window.first <= minute_of(call.at) < window.end]
        assert await desk.sums(window, percentiles=True) == direct(inside)
        by_step = await desk.steps(window, 7, percentiles=True)
        assert sum(rollup.calls for each in by_step.values() for rollup in each.values()) == len(inside)
