"""Tails against sums in fractions, each other, and known values."""

import math
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.tails import binomial_at_most, negative_binomial_at_most


def exact_binomial(counted, trials, chance):
    return float(sum(math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(counted + 1)))


def exact_negative_binomial(counted, size, success):
    return float(sum(math.comb(k + size - 1, k) * success**size * (1 - success) ** k for k in range(counted + 1)))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 19))
def test_binomial_is_exact(counted, more, twentieths):
    told = binomial_at_most(counted, counted + more, twentieths / 20)
    assert told == pytest.approx(exact_binomial(counted, counted + more, Fraction(twentieths, 20)), rel=1e-9, abs=1e-15)


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 19))
def test_negative_binomial_is_exact(counted, size, twentieths):
    success = Fraction(twentieths, 20)
    mean = size * (1 - success) / success
    told = negative_binomial_at_most(counted, float(mean), float(1 / success))
    assert told == pytest.approx(exact_negative_binomial(counted, size, success), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    ("counted", "trials", "chance", "known"),
    [
        pytest.param(0, 0, 0.5, 1.0, id="no trials"),
        pytest.param(0, 10, 0.5, 1 / 1024, id="none of ten"),
        pytest.param(10, 10, 0.5, 1.0, id="all of ten"),
        pytest.param(500_000, 1_000_000, 0.5, 0.5 + 0.5 * math.sqrt(2 / math.pi / 1e6), id="half of a million"),
    ],
)
def test_known_values(counted, trials, chance, known):
    assert binomial_at_most(counted, trials, chance) == pytest.approx(known, rel=1e-6)


def test_slight_bursts_are_nearly_poisson():
    poisson = sum(math.exp(-100 + k * math.log(100) - math.lgamma(k + 1)) for k in range(71))
    assert negative_binomial_at_most(70, 100.0, 1.01) == pytest.approx(poisson, rel=0.1)


@pytest.mark.parametrize("counted", [999_000, 1_000_000, 1_001_000])
def test_millions_take_milliseconds(counted):
    began = time.perf_counter()
    binomial_at_most(counted, 8_000_000, 1 / 8)
    negative_binomial_at_most(counted, 1_000_000.0, 3.0)
    assert time.perf_counter() - began < 0.5


def test_tails_grow_with_the_count():
    chances = [binomial_at_most(counted, 800, 1 / 8) for counted in range(0, 801, 5)]
    assert chances == sorted(chances)
    bursty = [negative_binomial_at_most(counted, 100.0, 2.5) for counted in range(0, 400, 5)]
    assert bursty == sorted(bursty)
    assert 0 < chances[0] < 1e-40
