"""Metrics as calls: sums to the last token, each once, and starts anew that nobody announces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.meters import Meter, Metered, Point, Reading, shares, since
from riskengine.series import Series

SECOND = 10**9
LABELS = Series("glm-4.5", "z_ai")


def point(meter: Meter = Meter.CALLS, bounds=(), error="") -> Point:
    return Point(meter, False, "key", LABELS, "shop", Reading(SECOND, 2 * SECOND, 0, 0.0), bounds, error)


def grown(count: int, total: float, buckets=()) -> Reading:
    return Reading(60 * SECOND, 120 * SECOND, count, total, buckets)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(None, Reading(1, 9, 3, 30.0, (1, 2)), Reading(1, 9, 3, 30.0, (1, 2)), id="first"),
        pytest.param(None, Reading(0, 9, 3, 30.0), None, id="first, from nobody knows when"),
        pytest.param(
            Reading(1, 9, 3, 30.0, (1, 2)), Reading(1, 12, 5, 70.0, (1, 4)), Reading(9, 12, 2, 40.0, (0, 2)), id="grown"
        ),
        pytest.param(Reading(1, 9, 3, 30.0), Reading(1, 9, 3, 30.0), None, id="again"),
        pytest.param(Reading(1, 9, 3, 30.0), Reading(1, 8, 2, 20.0), None, id="late"),
        pytest.param(Reading(1, 9, 3, 30.0), Reading(1, 12, 1, 10.0), Reading(9, 12, 1, 10.0), id="shrunk"),
        pytest.param(Reading(1, 9, 0, 30.0), Reading(1, 12, 0, 31.0), Reading(9, 12, 0, 1.0), id="counter"),
        pytest.param(
            Reading(1, 9, 3, 30.0, (1, 2)), Reading(1, 12, 4, 31.0, (4,)), Reading(9, 12, 1, 1.0), id="other buckets"
        ),
    ],
)
def test_what_a_series_has_grown_by(before, now, expected):
    assert since(before, now) == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10**6)), min_size=1, max_size=8))
def test_all_growth_together_is_the_last_reading(steps):
    readings, count, total = [], 0, 0
    for number, (more, tokens) in enumerate(steps):
        count, total = count + more, total + tokens
        readings.append(Reading(1, 10 + number, count, float(total)))
    told = [since(before, now) for before, now in zip([None, *readings], readings, strict=False)]
    assert (sum(each.measurements for each in told), sum(each.total for each in told)) == (count, total)


@given(st.integers(0, 10**9), st.integers(1, 500))
def test_shares_add_up(total, parts):
    found = list(shares(total, parts))
    assert (sum(found), len(found)) == (total, parts)
    assert max(found) - min(found) <= 1


def settled(*added: tuple[Point, Reading]) -> Metered:
    metered = Metered()
    for each, reading in added:
        metered.add(each, reading)
    metered.settle()
    return metered


def test_calls_share_tokens_and_cost_and_those_that_failed_used_nothing():
    metered = settled(
        (point(), grown(3, 6.0)),
        (point(error="timeout"), grown(1, 9.0)),
        (point(Meter.INPUT_TOKENS), grown(3, 100.0)),
        (point(Meter.OUTPUT_TOKENS), grown(3, 50.0)),
        (point(Meter.CACHED_TOKENS), grown(0, 7.0)),
    )
    starts, samples = zip(*metered.samples(1_000), strict=True)
    assert [each.input_tokens for each in samples] == [34, 33, 33, 0]
    assert [each.output_tokens for each in samples] == [17, 17, 16, 0]
    assert sum(each.cached_input_tokens for each in samples) == 7
    assert [each.cost_picousd for each in samples] == [334, 333, 333, 0]
    assert [(each.is_error, each.duration_us) for each in samples] == [(False, 2_000_000)] * 3 + [(True, 9_000_000)]
    assert starts == (67_500_000, 82_500_000, 97_500_000, 112_500_000)


def test_unpriced_calls_have_no_cost():
    samples = settled((point(), grown(2, 6.0)), (point(Meter.INPUT_TOKENS), grown(2, 9.0))).samples(None)
    assert [each.cost_picousd for _, each in samples] == [None, None]


def test_calls_of_the_stronger_model_are_escalated():
    metered = settled((point(), grown(2, 6.0)), (point(error="x"), grown(1, 1.0)))
    assert [each.is_escalated for _, each in metered.samples(0, is_escalated=True)] == [True] * 3


def test_tokens_alone_are_as_many_calls_as_were_measured():
    metered = settled((point(Meter.INPUT_TOKENS), grown(4, 9.0)), (point(Meter.OUTPUT_TOKENS), grown(3, 1.0)))
    samples = [each for _, each in metered.samples(0)]
    assert (len(samples), sum(each.input_tokens for each in samples)) == (4, 9)
    assert settled((point(Meter.INPUT_TOKENS), grown(0, 9.0))).calls == 1
    assert settled((point(Meter.INPUT_TOKENS), grown(0, 0.0))).calls == 0


def test_tokens_of_calls_that_all_failed_are_theirs():
    metered = settled((point(error="x"), grown(2, 2.0)), (point(Meter.INPUT_TOKENS), grown(2, 9.0)))
    assert [(each.is_error, each.input_tokens) for _, each in metered.samples(0)] == [(True, 5), (True, 4)]


def test_durations_follow_the_buckets_and_add_up():
    metered = settled((point(bounds=(1.0, 3.0)), grown(4, 12.0, (2, 1, 1))))
    durations = [each.duration_us for _, each in metered.samples(0)]
    assert sum(durations) == pytest.approx(12_000_000, abs=4)
    assert durations[0] == durations[1] < durations[2] < durations[3]


@pytest.mark.parametrize("buckets", [(), (1, 1), (9, 9, 9)])
def test_buckets_that_do_not_fit_are_passed_over(buckets):
    metered = settled((point(bounds=(1.0, 3.0)), grown(4, 12.0, buckets)))
    assert [each.duration_us for _, each in metered.samples(0)] == [3_000_000] * 4
