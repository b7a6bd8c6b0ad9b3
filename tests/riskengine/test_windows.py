"""Rollups that sum, series that sum away, and windows of whole minutes."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.rollups import NUMBERS, CallSample, Rollup, to_picousd, to_usd
from riskengine.series import Dimension, Series, sum_by
from riskengine.sketch import Sketch
from riskengine.telemetry import ONE_CALL
from riskengine.windows import Window, WindowStats, minute_of, minute_start

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

samples = st.lists(
    st.builds(
        CallSample,
        duration_us=st.integers(0, 10**9),
        is_error=st.booleans(),
        is_escalated=st.booleans(),
        input_tokens=st.integers(0, 10**6),
        output_tokens=st.integers(0, 10**5),
        first_token_us=st.none() | st.integers(0, 10**7),
        cost_picousd=st.none() | st.integers(0, 10**13),
    )
)


def call(**changes):
    shape = {
        "id": "c-1",
        "at": "2026-03-01T12:00:00Z",
        "model": "glm-4.5",
        "provider": "openrouter",
        "duration_seconds": 2.0000004,
        "input_tokens": 1200,
        "output_tokens": 300,
    }
    return ONE_CALL.validate_json(json.dumps(shape | changes))


def rollup(calls=20, seconds=2.0, errors=0, **numbers):
    """Calls that all took as long."""
    made = Rollup.of([CallSample(round(seconds * 1e6), index < errors) for index in range(calls)])
    return made + Rollup(**numbers)


def test_sample_of_a_call_is_in_whole_numbers():
    assert CallSample.of(call()) == CallSample(2_000_000, input_tokens=1200, output_tokens=300)
    told = {"error": "Timeout", "escalated": True, "cost_usd": "0.0000000000015", "time_to_first_token_seconds": 0.25}
    parts = {"cached_input_tokens": 7, "cache_write_tokens": 3}
    full = CallSample(2_000_000, True, True, 1200, 7, 3, 300, 250_000, 2)
    assert CallSample.of(call(**told, **parts)) == full


@pytest.mark.parametrize(
    ("usd", "picousd"), [("0", 0), ("1", 10**12), ("0.0000000000005", 0), ("0.0000000000006", 1), ("10000", 10**16)]
)
def test_money_is_whole(usd, picousd):
    assert to_picousd(Decimal(usd)) == picousd
    assert to_usd(to_picousd(Decimal(usd).quantize(Decimal("0.01")))) == Decimal(usd).quantize(Decimal("0.01"))


def test_rollup_counts_what_has_no_cost():
    made = Rollup.of([CallSample(1, input_tokens=5, output_tokens=2), CallSample(1, input_tokens=1, cost_picousd=9)])
    assert (made.cost_picousd, made.unpriced_calls, made.unpriced_tokens) == (9, 1, 7)


@given(samples, samples, samples)
def test_rollup_of_all_is_the_sum_of_rollups(one, two, three):
    parts = [Rollup.of(part) for part in (one, two, three)]
    assert parts[0] + parts[1] + parts[2] == Rollup.of(one + two + three) == Rollup.total(parts)


def test_sum_of_nothing_is_nothing():
    assert Rollup.total([]) == Rollup() == Rollup.of([])
    assert len(NUMBERS) == 16


def test_series_of_a_call():
    assert Series.of(call()) == Series("glm-4.5", "openrouter")
    full = Series.of(call(role="critic", team="payments", configuration="v7"))
    assert full == ("glm-4.5", "openrouter", "critic", "payments", "v7")
    assert full.labels["team"] == "payments"
    assert Series(model="m").labels == {"model": "m"}


@pytest.mark.parametrize(
    ("kept", "calls"),
    [
        pytest.param((), {Series(): 15}, id="all"),
        pytest.param((Dimension.MODEL,), {Series("glm"): 7, Series("opus"): 8}, id="model"),
        pytest.param(
            (Dimension.ROLE,),
            {Series(role="critic"): 10, Series(role="architect"): 4, Series(): 1},
            id="role, also untold",
        ),
        pytest.param(
            (Dimension.PROVIDER, Dimension.ROLE),
            {
                Series(provider="a", role="critic"): 10,
                Series(provider="a"): 1,
                Series(provider="b", role="architect"): 4,
            },
            id="two",
        ),
    ],
)
def test_sums_over_the_dimensions_that_are_not_kept(kept, calls):
    rows = [
        (Series("glm", "a", "critic"), 1),
        (Series("glm", "a", "critic"), 1),
        (Series("glm", "a"), 1),
        (Series("glm", "b", "architect", "t"), 4),
        (Series("opus", "a", "critic"), 8),
    ]
    summed = sum_by([(series, Rollup(calls=count)) for series, count in rows], kept)
    assert {series: each.calls for series, each in summed.items()} == calls


@pytest.mark.parametrize(
    ("now", "settle", "first", "end"),
    [
        pytest.param(NOON, 0, "11:55", "12:00", id="on the minute"),
        pytest.param(NOON + timedelta(seconds=59), 0, "11:55", "12:00", id="the running minute does not count"),
        pytest.param(NOON + timedelta(seconds=10), 15, "11:54", "11:59", id="the last minute settles"),
        pytest.param(NOON + timedelta(seconds=15), 15, "11:55", "12:00", id="settled"),
        pytest.param(NOON.astimezone(tz=None), 0, "11:55", "12:00", id="any time zone"),
    ],
)
def test_window_is_the_last_whole_minutes(now, settle, first, end):
    window = Window.ending(now, timedelta(minutes=5), timedelta(seconds=settle))
    assert (window.starts_at.strftime("%H:%M"), window.ends_at.strftime("%H:%M")) == (first, end)
    assert window.seconds == 300
    assert [*map(minute_start, window.minutes)][::4] == [window.starts_at, window.ends_at - timedelta(minutes=1)]


@pytest.mark.parametrize("seconds", [0, 30, 90, -60])
def test_window_of_no_whole_minutes_is_refused(seconds):
    with pytest.raises(ValueError, match="whole number of minutes"):
        Window.ending(NOON, timedelta(seconds=seconds))


def test_window_of_the_day_before():
    window = Window.ending(NOON, timedelta(minutes=5))
    assert window.earlier(timedelta(days=1)).ends_at == NOON - timedelta(days=1)
    assert minute_of(NOON) == window.end


@pytest.mark.parametrize(
    ("other", "overlaps"), [((0, 10), False), ((0, 11), True), ((12, 13), True), ((14, 20), True), ((15, 20), False)]
)
def test_windows_overlap(other, overlaps):
    assert Window(10, 15).overlaps(Window(*other)) is overlaps


def test_stats_of_enough_calls():
    stats = WindowStats.of(
        rollup(calls=40, seconds=3, errors=2, escalated=1, first_tokens=20, first_token_us=10_000_000, cost_picousd=5),
        300,
    )
    assert stats.response_time_mean_seconds == 3
    assert (stats.error_ratio, stats.escalated_ratio) == (Decimal("0.05"), Decimal("0.025"))
    assert stats.calls_per_second == Decimal(40) / 300
    assert stats.time_to_first_token_mean_seconds == Decimal("0.5")
    assert float(stats.response_time_p95_seconds) == pytest.approx(3, rel=0.01)
    assert stats.cost_usd == Decimal("0.000000000005")


@pytest.mark.parametrize(
    ("calls", "minimum", "known"),
    [
        pytest.param(19, 20, False, id="one too few"),
        pytest.param(20, 20, True, id="just enough"),
        pytest.param(0, 0, False, id="none is never enough"),
        pytest.param(1, 1, True, id="one is asked for"),
    ],
)
def test_too_few_calls_are_no_data(calls, minimum, known):
    stats = WindowStats.of(rollup(calls), 300, minimum)
    figures = (stats.response_time_mean_seconds, stats.error_ratio, stats.response_time_p99_seconds)
    assert [figure is not None for figure in figures] == [known] * 3
    assert stats.calls_per_second == Decimal(calls) / 300


def test_percentiles_of_sums_without_a_sketch_are_no_data():
    assert WindowStats.of(Rollup(calls=30, durations=Sketch()), 300).response_time_p50_seconds is None


def test_first_tokens_have_a_count_of_their_own():
    stats = WindowStats.of(rollup(calls=40, first_tokens=19, first_token_us=1), 300)
    assert stats.time_to_first_token_mean_seconds is None
