"""The sketch against sorting all numbers, in any order of merging, and its bytes."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine import varints
from riskengine.sketch import MAX_BUCKETS, RELATIVE_ERROR, Sketch

#: Within the range in which nothing falls together, whatever the greatest number.
durations = st.floats(1e-3, 86_400) | st.sampled_from([0.0, 0.001, 1.0, 3.0, 86_400.0])
shares = st.floats(0, 1)


def exact(numbers, share):
    ordered = sorted(numbers)
    return ordered[max(1, math.ceil(share * len(ordered) - 1e-9)) - 1]


def assert_close(told, true):
    # The last bits of a logarithm at a bucket's edge are not part of the promise.
    assert told == pytest.approx(true, rel=RELATIVE_ERROR * 1.000_001, abs=1e-12)


@given(st.lists(durations, min_size=1), shares)
def test_quantile_is_within_a_hundredth_of_the_exact_one(numbers, share):
    assert_close(Sketch.of(numbers).quantile(share), exact(numbers, share))


@given(st.lists(st.lists(durations), min_size=1), shares)
def test_merged_sketches_are_the_sketch_of_all(parts, share):
    everything = [number for part in parts for number in part]
    merged = Sketch.total(map(Sketch.of, parts))
    assert merged == Sketch.of(everything)
    assert merged.count == len(everything)


@given(st.lists(st.floats(0, 1e300), max_size=30), st.lists(st.floats(0, 1e300)), st.lists(st.floats(0, 1e300)))
def test_order_of_merging_does_not_matter_even_when_buckets_fall_together(one, two, three):
    first, second, third = map(Sketch.of, (one, two, three))
    assert (first + second) + third == first + (second + third) == Sketch.of(one + two + three)
    assert first + second == second + first


@given(st.lists(st.floats(0, 1e300)))
def test_bytes_give_the_same_sketch_back(numbers):
    sketch = Sketch.of(numbers)
    assert Sketch.decode(sketch.encode()) == sketch


@given(st.binary())
def test_foreign_bytes_are_refused_and_nothing_else_happens(data):
    try:
        Sketch.decode(data)
    except ValueError as error:
        assert "sketch" in str(error) or "number" in str(error)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99, 1.0])
def test_large_sample_of_response_times(share):
    source = random.Random(7)
    numbers = [source.lognormvariate(0.5, 1.2) for _ in range(20_000)]
    minutes = [Sketch.of(numbers[start : start + 500]) for start in range(0, len(numbers), 500)]
    assert_close(Sketch.total(minutes).quantile(share), exact(numbers, share))


def test_bytes_are_few():
    source = random.Random(7)
    assert len(Sketch.of(source.lognormvariate(0.5, 0.6) for _ in range(100)).encode()) < 150
    assert len(Sketch().encode()) == 3


@pytest.mark.parametrize(
    ("numbers", "share", "quantile"),
    [
        pytest.param([], 0.5, None, id="nothing"),
        pytest.param([0, 0, 0, 5], 0.75, 0.0, id="the third of three zeros"),
        pytest.param([0, 0, 0, 5], 0.76, 5, id="past the zeros"),
        pytest.param([1e-7, 1], 0.5, 0.0, id="less than a microsecond is nothing"),
        pytest.param([1, 2, 3], 0, 1, id="share of none is the least"),
        pytest.param([1, 2, 3], 1, 3, id="share of all is the greatest"),
        pytest.param(range(1, 101), 0.07, 7, id="share that rounds up in binary"),
    ],
)
def test_quantile(numbers, share, quantile):
    told = Sketch.of(numbers).quantile(share)
    assert told == (quantile if quantile is None else pytest.approx(quantile, rel=RELATIVE_ERROR))


def test_number_of_buckets_is_bounded_and_the_great_ones_stay_exact():
    sketch = Sketch.of([1.01**step for step in range(-1_000, 5_000)])
    assert max(sketch.buckets) - min(sketch.buckets) == MAX_BUCKETS - 1
    assert sketch.count == 6_000
    assert_close(sketch.quantile(0.9), 1.01**4_399)


@pytest.mark.parametrize("number", [-1.0, math.nan, math.inf])
def test_what_cannot_be_counted_is_refused(number):
    with pytest.raises(ValueError, match="cannot be counted"):
        Sketch().adding([number])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x02\x00\x00", id="another version"),
        pytest.param(b"\x01", id="no numbers"),
        pytest.param(b"\x01\x00", id="no size"),
        pytest.param(b"\x01\x00\x02\x00\x01\x01", id="a count is missing"),
        pytest.param(b"\x01\x00\x01\x00\x00", id="a count of 0"),
        pytest.param(b"\x01\x00\x02\x00\x00\x01\x01", id="a step of 0"),
        pytest.param(b"\x01\x80", id="cut off"),
        pytest.param(b"\x01" + b"\xff" * 10, id="endless number"),
    ],
)
def test_damage_is_told(data):
    with pytest.raises(ValueError, match=r"sketch|number"):
        Sketch.decode(data)


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_varints_give_the_same_numbers_back(numbers):
    assert varints.decode(varints.encode(numbers)) == numbers


@given(st.integers(-(2**40), 2**40))
def test_zigzag_gives_the_same_number_back(number):
    assert varints.zigzag(number) >= 0
    assert varints.unzigzag(varints.zigzag(number)) == number
