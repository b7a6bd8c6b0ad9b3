"""The throughput test: its tables, 120 simulated days of noise, and drops that are real."""

import math
import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from riskengine.baselines import Baseline, BaselineMethod, BaselineSettings, comparable_windows
from riskengine.statistics import DropEvidence, DropLimits, DropWindows, Shortfall, chance_of_so_few, shortfall
from riskengine.windows import Window, minute_of

LIMITS = DropLimits()
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY_MINUTES = 1_440


def baseline(*counts):
    return Baseline(method=BaselineMethod.SAME_WINDOW, window_seconds=300, counts=counts)


@pytest.mark.parametrize(
    ("calls", "against", "shows"),
    [
        pytest.param(0, None, None, id="no baseline"),
        pytest.param(0, baseline(19, 19, 19), None, id="too few calls are normal"),
        pytest.param(0, baseline(20, 20, 20), True, id="silence where twenty are normal"),
        pytest.param(85, baseline(100, 100, 100), False, id="just at the ratio"),
        pytest.param(84, baseline(100, 100, 100), False, id="below the ratio, and likely"),
        pytest.param(50, baseline(*[100] * 7), True, id="half"),
        pytest.param(50, baseline(20, 180, 100, 60, 140, 100, 100), False, id="half, in traffic of bursts"),
        pytest.param(849, baseline(*[1000] * 7), True, id="a little, of many"),
        pytest.param(0, baseline(0, 0, 0), None, id="nobody ever calls"),
    ],
)
def test_shortfall_shows(calls, against, shows):
    assert shortfall(calls, against, LIMITS).shows(LIMITS.p_value) is shows


def test_chance_is_not_asked_where_the_ratio_says_no():
    assert shortfall(90, baseline(100, 100, 100), LIMITS).p_value is None


@pytest.mark.parametrize(
    ("counts", "least", "most"),
    [
        pytest.param((100,) * 7, 1e-7, 1e-5, id="even"),
        pytest.param((90, 110, 95, 105, 100, 120, 80), 1e-6, 1e-4, id="a bit uneven"),
        pytest.param((40, 160, 100, 60, 140, 100, 100), 0.01, 0.2, id="bursts"),
    ],
)
def test_uneven_traffic_makes_half_the_calls_likelier(counts, least, most):
    assert least < chance_of_so_few(50, baseline(*counts)) < most


@pytest.mark.parametrize(
    ("short", "double", "long", "verdict"),
    [
        pytest.param(1e-4, 1e-4, 1e-4, True, id="short and long"),
        pytest.param(1e-4, 1e-7, None, True, id="short, and twice as long beyond doubt"),
        pytest.param(1e-4, 1e-5, None, False, id="short alone"),
        pytest.param(0.01, 1e-7, 1e-4, False, id="it is over"),
        pytest.param(None, 1e-7, 1e-4, False, id="the ratio says no"),
    ],
)
def test_verdict_needs_a_drop_that_lasts(short, double, long, verdict):
    made = [Shortfall(calls=1, expected_calls=100, ratio="0.5", p_value=p) for p in (short, double, long)]
    assert DropEvidence(short=made[0], double=made[1], long=made[2]).verdict(LIMITS) is verdict


def test_verdict_without_data():
    unknown, low = (
        Shortfall(calls=1, expected_calls=5),
        Shortfall(calls=1, expected_calls=50, ratio="0.1", p_value=1e-9),
    )
    assert DropEvidence(short=unknown, double=low, long=low).verdict(LIMITS) is None
    assert DropEvidence(short=low, double=unknown, long=unknown).verdict(LIMITS) is None
    assert DropEvidence(short=low, double=unknown, long=low).verdict(LIMITS) is True


def test_windows_end_together():
    windows = DropWindows.ending(Window.ending(NOON, timedelta(minutes=5)), LIMITS)
    assert [each.seconds for each in windows] == [300, 600, 1_800]
    assert {each.ends_at for each in windows} == {NOON}
    hour = DropWindows.ending(Window.ending(NOON, timedelta(hours=1)), LIMITS)
    assert [each.seconds for each in hour] == [3_600, 7_200, 3_600]


class Traffic:
    """Calls a minute, and the verdict at the end of any of them."""

    def __init__(self, by_minute):
        self.by_minute = by_minute
        self.passed = [0, *accumulate(by_minute)]

    def calls(self, window):
        return self.passed[window.end] - self.passed[window.first]

    def may_have_dropped(self, end):
        """Whether the short window is below the ratio: all others cannot fire, and asking costs little."""
        passed = self.passed
        days = [passed[end - day] - passed[end - 5 - day] for day in range(DAY_MINUTES, 8 * DAY_MINUTES, DAY_MINUTES)]
        return passed[end] - passed[end - 5] < 0.85 * sorted(days)[3]

    def verdict(self, end):
        windows = DropWindows.ending(Window(end - 5, end), LIMITS)
        return DropEvidence(**{name: self.weigh(window) for name, window in windows._asdict().items()}).verdict(LIMITS)

    def weigh(self, window):
        found = comparable_windows(window, datetime(1970, 1, 1, tzinfo=UTC), [], BaselineSettings())
        counts = tuple(self.calls(each) for each in found.windows)
        return shortfall(
            self.calls(window), Baseline(method=found.method, window_seconds=window.seconds, counts=counts), LIMITS
        )


def poisson(source, mean, count):
    """Independent counts of this mean."""
    numbers = range(int(mean + 12 * math.sqrt(mean) + 20))
    weights = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in numbers]
    return source.choices(numbers, weights, k=count)


@pytest.mark.timeout(60)
def test_noise_is_not_alarming():
    """Looked at each minute of 30 days, after eight days of recording: at most one false alarm at all four rates."""
    source = random.Random(20261122)
    alarms = 0
    for calls_a_window in (5, 20, 100, 400):
        traffic = Traffic(poisson(source, calls_a_window / 5, 38 * DAY_MINUTES))
        ends = range(8 * DAY_MINUTES, 38 * DAY_MINUTES)
        alarms += sum(traffic.verdict(end) is True for end in ends if traffic.may_have_dropped(end))
    assert alarms <= 1


def test_half_the_calls_gone_is_found_within_two_windows():
    source = random.Random(20261122)
    began = 8 * DAY_MINUTES + 60
    within = []
    for _ in range(60):
        normal, halved = poisson(source, 20, began), poisson(source, 10, 30)
        traffic = Traffic(normal + halved)
        within.append(next(minute for minute in range(1, 31) if traffic.verdict(began + minute)))
    assert sum(minutes <= 10 for minutes in within) >= 57
    assert sorted(within)[30] <= 8
    assert minute_of(NOON) > began
