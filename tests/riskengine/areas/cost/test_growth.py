"""Four weeks of calls against the four before."""

from datetime import date, timedelta

import pytest

from riskengine.areas.cost.growth import Growth, volume_growth

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)


def calls(days: int, of) -> dict[date, int]:
    """By days before today."""
    return {TODAY - number * DAY: of(number) for number in range(days + 1)}


@pytest.mark.parametrize(("recent", "ratio"), [(100, 0), (120, 0.2), (130, 0.3), (50, -0.5)])
def test_whole_weeks_are_compared(recent, ratio):
    found = volume_growth(calls(60, lambda ago: recent if ago <= 28 else 100), TODAY, 1_000)
    assert found == Growth(28 * recent, 2_800)
    assert float(found.ratio) == ratio


def test_today_does_not_count_yet():
    found = volume_growth(calls(60, lambda ago: 9_999 if ago == 0 else 100), TODAY, 1_000)
    assert found.ratio == 0


def test_nothing_is_told_of_less_than_eight_weeks_or_too_few_calls():
    assert volume_growth({}, TODAY, 1) is None
    assert volume_growth(calls(56, lambda _: 100), TODAY, 1_000) is None
    assert volume_growth(calls(57, lambda _: 100), TODAY, 1_000) is not None
    assert volume_growth(calls(57, lambda _: 100), TODAY, 2_801) is None


def test_days_without_a_call_are_days():
    found = volume_growth(calls(60, lambda ago: 100 if ago % 7 in {1, 2, 3} else 0), TODAY, 100)
    assert found.ratio == 0
