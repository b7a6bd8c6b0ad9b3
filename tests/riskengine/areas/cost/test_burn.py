"""Burn rates against the even budget, in two windows."""

from datetime import timedelta
from decimal import Decimal

import pytest

from riskengine.areas.cost.burn import Burn, BurnWindow, Spent, worst

HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)
WINDOW = BurnWindow(long=HOUR, budget_ratio=Decimal("0.02"))
#: What an even hour of $720 a month costs is $1.
BUDGET = Decimal(720)


def burn(long: str, short: str, calls: int = 100, window: BurnWindow = WINDOW, period: timedelta = MONTH) -> Burn:
    return Burn.of(window, Spent(Decimal(long), calls), Spent(Decimal(short), calls), BUDGET, period, 5)


def test_two_percent_in_an_hour_is_a_rate_of_14_4():
    assert WINDOW.limit(MONTH) == Decimal("14.4")
    assert WINDOW.short == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("long", "short", "calls", "is_fast"),
    [
        ("14.4", "1.2", 100, False),
        ("14.41", "1.21", 100, True),
        # It was fast and is over.
        ("30", "0.1", 100, False),
        # It has just begun, and may be nothing.
        ("5", "5", 100, False),
        # Some dear calls are no rate.
        ("30", "10", 4, False),
        ("30", "10", 5, True),
    ],
)
def test_both_windows_must_be_fast(long, short, calls, is_fast):
    found = burn(long, short, calls)
    assert found.is_fast == is_fast
    assert found.long_rate == Decimal(long)
    assert found.short_rate == Decimal(short) * 12


def test_an_even_rate_is_no_alarm():
    lazy = BurnWindow(long=timedelta(days=3), budget_ratio=Decimal("0.05"))
    assert lazy.limit(MONTH) == Decimal("0.5")
    assert not lazy.is_alarm
    assert WINDOW.is_alarm


def test_short_windows_are_whole_minutes():
    assert BurnWindow(long=timedelta(minutes=20), budget_ratio=Decimal("0.1")).short == timedelta(minutes=1)


def test_the_worst_is_the_fast_one_then_the_nearest_to_its_limit():
    calm, near, fast = burn("1", "1"), burn("14", "0"), burn("15", "15")
    assert worst([calm, fast, near]) is fast
    assert worst([calm, near]) is near
    assert worst([]) is None
