"""Which windows are comparable, and what they say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from riskengine.baselines import Baseline, BaselineMethod, BaselineSettings, Comparable, comparable_windows
from riskengine.windows import Window

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
WINDOW = Window.ending(NOON, timedelta(minutes=5))
SETTINGS = BaselineSettings()


def days(count):
    return timedelta(days=count)


@pytest.mark.parametrize(
    ("since", "incident_days", "method", "count"),
    [
        pytest.param(days(30), [], BaselineMethod.SAME_WINDOW, 7, id="seven days"),
        pytest.param(days(4), [], BaselineMethod.SAME_WINDOW, 3, id="recorded for four days: the fourth is cut"),
        pytest.param(days(3) + timedelta(minutes=5), [], BaselineMethod.SAME_WINDOW, 3, id="just three days"),
        pytest.param(days(3), [], BaselineMethod.LAST_DAY, 288, id="the third day is cut"),
        pytest.param(days(30), [1, 2, 3, 4], BaselineMethod.SAME_WINDOW, 3, id="four days of incidents"),
        pytest.param(days(30), [1, 2, 3, 4, 5], BaselineMethod.LAST_DAY, 287, id="five days of incidents"),
        pytest.param(timedelta(minutes=20), [], BaselineMethod.LAST_DAY, 3, id="three windows since the start"),
        pytest.param(timedelta(minutes=19), [], None, 0, id="two windows since the start"),
        pytest.param(timedelta(0), [], None, 0, id="nothing was recorded"),
    ],
)
def test_comparable_windows(since, incident_days, method, count):
    incidents = [WINDOW.earlier(days(day)) for day in incident_days]
    found = comparable_windows(WINDOW, NOON - since, incidents, SETTINGS)
    assert (found and found.method) == method
    if found:
        assert len(found.windows) == count
        assert {each.seconds for each in found.windows} == {300}
        assert all(each.end <= WINDOW.first for each in found.windows)


def test_last_day_ends_where_the_window_begins():
    found = comparable_windows(WINDOW, NOON - days(2), [], SETTINGS)
    assert found.windows[0].end == WINDOW.first
    assert found.windows[-1].first == WINDOW.first - 1_440


def test_longer_window_has_fewer_of_its_kind():
    found = comparable_windows(Window.ending(NOON, timedelta(minutes=30)), NOON - days(2), [], SETTINGS)
    assert len(found.windows) == 48


def test_baseline_counts_the_calls_of_each_window():
    windows = (Window(0, 5), Window(10, 15), Window(20, 25))
    calls = {0: 100, 4: 50, 5: 999, 10: 90, 22: 200}
    baseline = Baseline.of(Comparable(BaselineMethod.SAME_WINDOW, windows), calls)
    assert baseline.counts == (150, 90, 200)
    assert baseline.expected_calls == 150
    assert baseline.calls_per_second == Decimal("0.5")


@pytest.mark.parametrize(
    ("counts", "expected", "dispersion"),
    [
        pytest.param((10, 20), "15", 50 / 15, id="between the two in the middle"),
        pytest.param((7, 8, 10), "8", (7 / 3) / (25 / 3), id="odd"),
        pytest.param((5, 6), "5.5", 0.5 / 5.5, id="a half"),
        pytest.param((0, 0, 0), "0", 0.0, id="nobody ever calls"),
    ],
)
def test_baseline_is_the_median(counts, expected, dispersion):
    baseline = Baseline(method=BaselineMethod.LAST_DAY, window_seconds=300, counts=counts)
    assert baseline.expected_calls == Decimal(expected)
    assert baseline.dispersion == pytest.approx(dispersion)
