"""Calls are stored once and counted once, however they come, and every window is the sum of its calls."""

import asyncio
import logging
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder, summed
from bot.settings import TelemetrySettings
from bot.store.open import open_database
from bot.store.telemetry import calls as store
from bot.store.telemetry import deltas, outcomes
from riskengine.rollups import CallSample, Rollup
from riskengine.series import Dimension, Series
from riskengine.telemetry import TaskOutcome
from riskengine.windows import Window, minute_of
from tests.services.telemetry.conftest import MOMENT, make_call, make_calls

FIRST = minute_of(MOMENT)
DAY = Window(FIRST - FIRST % 1440, FIRST - FIRST % 1440 + 1440)


def sample(call):
    """As a call is booked without a table of prices: tokens told to cost nothing are unpriced, a failure without is free."""
    told = CallSample.of(call)
    if call.input_tokens or call.output_tokens:
        return told._replace(cost_picousd=told.cost_picousd or None)
    return told._replace(cost_picousd=0) if told.cost_picousd is None and call.error else told


def direct(calls, kept=tuple(Dimension)):
    """The sums that reading all calls would give."""
    by_series = {}
    for call in calls:
        by_series.setdefault(Series.of(call).only(kept), []).append(sample(call))
    return {series: Rollup.of(samples) for series, samples in by_series.items()}


async def everything(desk, folder, window=DAY, **asked):
    await folder.fold_all()
    return await desk.sums(window, percentiles=True, **asked)


async def stored(database):
    return await database.read(store.count)


async def test_window_is_the_sum_of_its_calls(desk, folder):
    calls = make_calls(500)
    assert await desk.receive(calls) == [True] * 500
    assert await everything(desk, folder) == direct(calls)


async def test_parts_of_hours_and_whole_hours_meet_without_gap_or_overlap(desk, folder):
    calls = make_calls(2_000, apart=timedelta(seconds=17))
    await desk.receive(calls)
    await folder.fold_all()
    for first, length in [(0, 1), (13, 30), (13, 100), (0, 60), (60, 120), (59, 62), (13, 333), (-30, 700)]:
        window = Window(FIRST + first, FIRST + first + length)
        inside = [call for call in calls if window.first <= minute_of(call.at) < window.end]
        assert await desk.sums(window, percentiles=True) == direct(inside), (first, length)


@pytest.mark.parametrize("kept", [(), (Dimension.MODEL,), (Dimension.ROLE, Dimension.MODEL), tuple(Dimension)])
async def test_labels_sum_away(desk, folder, kept):
    calls = make_calls(300)
    await desk.receive(calls)
    assert await everything(desk, folder, kept=kept) == direct(calls, kept)


async def test_window_of_chosen_labels(desk, folder):
    calls = make_calls(300)
    await desk.receive(calls)
    only = {Dimension.MODEL: ["m0", "m2"], Dimension.ROLE: ["architect"]}
    chosen = [call for call in calls if call.model in {"m0", "m2"} and call.role == "architect"]
    assert await everything(desk, folder, only=only) == direct(chosen)
    assert await everything(desk, folder, only={Dimension.TEAM: ["nobody"]}) == {}


@pytest.mark.parametrize("step_minutes", [1, 5, 60, 90])
async def test_steps_of_a_window(desk, folder, step_minutes):
    calls = make_calls(2_000, apart=timedelta(seconds=11))
    await desk.receive(calls)
    await folder.fold_all()
    window = Window(FIRST, FIRST + 360)
    expected = {}
    for call in calls:
        minute = minute_of(call.at)
        if minute < window.end:
            expected.setdefault(minute - (minute - FIRST) % step_minutes, []).append(call)
    found = await desk.steps(window, step_minutes, percentiles=True)
    assert found == {step: direct(some, ()) for step, some in expected.items()}


async def test_without_percentiles_only_the_sketch_is_missing(desk, folder):
    await desk.receive(make_calls(100))
    await folder.fold_all()
    whole, plain = await desk.sums(DAY, percentiles=True), await desk.sums(DAY)
    assert {series: rollup.calls for series, rollup in plain.items()} == {s: r.calls for s, r in whole.items()}
    assert {rollup.durations.count for rollup in plain.values()} == {0}


async def test_a_series_that_is_new_is_recorded_from_its_next_full_hour(desk, folder):
    """Asked before its first call, as each look at the rules does."""
    call = make_call()
    assert await desk.recorded_since(Series(model=call.model), [Dimension.MODEL]) is None
    await desk.receive([call])
    await folder.fold_all()
    assert await desk.recorded_since(Series(model=call.model), [Dimension.MODEL]) == MOMENT + timedelta(hours=1)


async def test_resend_counts_once(desk, folder, database):
    calls = make_calls(50)
    assert all(await desk.receive(calls))
    assert not any(await desk.receive(list(reversed(calls))))
    assert await desk.receive([*make_calls(1, start=50), calls[3]]) == [True, False]
    assert await stored(database) == 51
    assert await everything(desk, folder) == direct([*calls, *make_calls(1, start=50)])


async def test_repetition_within_a_batch_counts_once(desk, folder, database):
    first, again = make_call("same", input_tokens=1), make_call("same", input_tokens=1_000_000)
    assert await desk.receive([first, again, first]) == [True, False, False]
    assert await stored(database) == 1
    assert await everything(desk, folder) == direct([first])


async def test_same_id_of_another_source_is_another_call(desk, database):
    assert await desk.receive([make_call()], "litellm") == [True]
    assert await desk.receive([make_call()]) == [True]
    assert await stored(database) == 2


async def test_concurrent_senders_of_the_same_calls(desk, folder, database):
    calls = make_calls(200)
    batches = [calls[start : start + 40] for start in (*range(0, 200, 20), *range(0, 160, 40))]
    new = await asyncio.gather(*(desk.receive(batch) for batch in batches))
    assert sum(map(sum, new)) == 200 == await stored(database)
    assert await everything(desk, folder) == direct(calls)


async def test_replicas_take_each_call_once_and_fold_each_once(desk, folder, database, database_url, clock):
    """On SQLite this is a second process beside the first; both have the same labels to make."""
    rival = open_database(database_url, clock)
    try:
        other, other_folder = TelemetryDesk(rival, TelemetrySettings()), Folder(rival)
        calls = make_calls(300)
        work = []
        for start in range(0, 300, 30):
            work += [desk.receive(calls[start : start + 30]), other.receive(calls[start : start + 30])]
            work += [folder.fold_all(), other_folder.fold_all()]
        found = await asyncio.gather(*work)
        assert sum(sum(each) for each in found if isinstance(each, list)) == 300
        assert await everything(desk, folder) == direct(calls)
    finally:
        await rival.close()


async def test_fold_that_fails_changes_nothing(desk, folder, database, monkeypatch):
    """A kill between the taking of deltas and the commit is a rollback; so is an error."""
    from bot.store.telemetry import rollups

    calls = make_calls(40)
    await desk.receive(calls)
    whole = rollups.add

    def half(tx, sums):
        whole(tx, sums)
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(rollups, "add", half)
        with pytest.raises(RuntimeError):
            await folder.fold_all()
    assert await desk.sums(DAY) == {}
    assert await database.read(deltas.waiting) == 1
    assert await everything(desk, folder) == direct(calls)
    assert await folder.fold_all() == 0


async def test_folding_follows_by_itself_within_a_second(desk, folder):
    running = asyncio.create_task(folder.run())
    await asyncio.sleep(0.05)
    calls = make_calls(30)
    for start in range(0, 30, 10):
        await desk.receive(calls[start : start + 10])
    loop = asyncio.get_running_loop()
    until = loop.time() + 1
    while await desk.sums(DAY, percentiles=True) != direct(calls):
        assert loop.time() < until
        await asyncio.sleep(0.02)
    folder.stop()
    await asyncio.wait_for(running, 2)


async def test_whatever_is_told_is_kept(desk, database):
    told = make_call(
        role="critic", team="core", task_id="t1", time_to_first_token_seconds=0.25, cached_input_tokens=60,
        cache_write_tokens=10, cost_usd="1.000000000001", error="RateLimited", status_code=429, escalated=True,
        configuration="v7", unit="u1", request_hash="abc", metadata={"a": 1, "b": "ü", "c": None, "d": True},
    )  # fmt: skip
    await desk.receive([told])
    row = await database.read(lambda tx: tx.execute(store.calls.select()).one())
    assert row.cost_picousd == 1_000_000_000_001
    assert row.first_token_us == 250_000
    assert row.metadata == {"a": 1, "b": "ü", "c": None, "d": True}
    assert row.escalated is True
    assert (row.call_id, row.task_id, row.unit, row.request_hash) == ("c1", "t1", "u1", "abc")
    assert (row.error, row.status_code, row.cached_input_tokens, row.cache_write_tokens) == ("RateLimited", 429, 60, 10)


async def test_outcomes_are_stored_once(desk, database):
    outcome = TaskOutcome(id="o1", at=MOMENT, task_id="t1", role="critic", model="glm-4.5", completed=True)
    rated = outcome.model_copy(update={"id": "o2", "user_satisfaction": Decimal(4), "requester": "U1"})
    assert await desk.receive_outcomes([outcome, rated, outcome]) == [True, True, False]
    assert await desk.receive_outcomes([rated]) == [False]
    rows = await database.read(lambda tx: tx.execute(outcomes.task_outcomes.select()).all())
    assert [(row.outcome_id, row.at, row.user_satisfaction) for row in rows] == [
        ("o1", MOMENT, None),
        ("o2", MOMENT, 4),
    ]
    # An id of a call is no id of an outcome.
    assert await desk.receive([make_call("o1")]) == [True]


async def test_label_with_too_many_values_is_cut_and_said(database, folder, caplog):
    desk = TelemetryDesk(database, TelemetrySettings(label_values=3))
    calls = [make_call(f"c{number}", team=f"t{number}", model=f"m{number % 2}") for number in range(10)]
    with caplog.at_level(logging.WARNING):
        for call in calls[:5]:
            await desk.receive([call])
        await desk.receive(calls[5:])
        await desk.receive(calls[5:])
    teams = await everything(desk, folder, kept=[Dimension.TEAM])
    assert {series.team: rollup.calls for series, rollup in teams.items()} == {"t0": 1, "t1": 1, "t2": 1, "other": 7}
    assert sum(rollup.calls for rollup in (await everything(desk, folder, kept=[Dimension.MODEL])).values()) == 10
    assert desk.book.overflowed == {"team": 7}
    assert len([record for record in caplog.records if "team has its 3 values" in record.getMessage()]) == 1


async def test_limit_of_values_holds_over_restarts_and_replicas(database, folder):
    first, second = (TelemetryDesk(database, TelemetrySettings(label_values=2)) for _ in range(2))
    calls = [make_call(f"c{number}", role=f"r{number}") for number in range(6)]
    await asyncio.gather(*((first, second)[number % 2].receive([call]) for number, call in enumerate(calls)))
    roles = await everything(first, folder, kept=[Dimension.ROLE])
    assert len(roles) == 3
    assert roles[Series(role="other")].calls == 4


async def test_sums_beyond_64_bits_do_not_break(desk, folder):
    """Nine million dollars in an hour of one series are cut; a window of several such hours is still summed."""
    calls = [make_call(f"c{number}", MOMENT + timedelta(hours=number % 3), cost_usd=10_000) for number in range(3_000)]
    await desk.receive(calls)
    (rollup,) = (await everything(desk, folder)).values()
    assert rollup.calls == 3_000
    assert rollup.cost_picousd == 3 * (2**63 - 1)


async def test_a_backlog_is_folded_piece_by_piece_and_a_piece_is_one_commit_at_least(database, desk, folder):
    """Rows of hundreds of calls are few to a look; one that alone is longer than a look may be is taken all the same."""
    for number in range(3):
        await desk.receive([make_call(f"{number}-{each}") for each in range(20)])

    def look(limit, characters):
        return database.read(lambda tx: deltas.oldest(tx, limit, characters))

    every, is_all = await look(10, 10**9)
    assert (len(every), is_all) == (3, True)
    first, second, _ = map(len, every.values())
    for limit, characters, count in ((3, 10**9, 3), (10, first + second, 2), (10, first + second - 1, 1), (10, 1, 1)):
        some, is_all = await look(limit, characters)
        assert (list(some), is_all) == (list(every)[:count], False), (limit, characters)
    assert await folder.fold_all() == 3
    assert await look(10, 1) == ({}, True)


async def test_what_came_last_is_folded_before_the_end(database, desk, folder):
    running = asyncio.create_task(folder.run())
    await desk.receive(make_calls(3))
    async with asyncio.timeout(20):
        while await database.read(deltas.waiting):
            await asyncio.sleep(0.01)
    await desk.receive(make_calls(3, start=10))
    folder.stop()
    await running
    assert await database.read(deltas.waiting) == 0


def test_what_an_older_program_left_is_summed_with_the_rest():
    """Its samples have no figure of the sender beside ours."""
    older = "[[5,1,2000000,true,false,10,0,0,3,null,700]]"
    newer = deltas.encode([deltas.Delta(5, 1, CallSample(1_000_000, input_tokens=4, cost_picousd=300, told_picousd=9))])
    [(bucket, rollup)] = summed([older, newer]).items()
    assert bucket == (5, 1)
    assert (rollup.calls, rollup.errors, rollup.duration_us) == (2, 1, 3_000_000)
    assert (rollup.input_tokens, rollup.output_tokens, rollup.cost_picousd) == (14, 3, 1_000)
    assert (rollup.compared_calls, rollup.compared_told_picousd, rollup.compared_ours_picousd) == (1, 9, 300)
