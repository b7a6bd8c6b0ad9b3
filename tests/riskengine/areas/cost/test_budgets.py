"""Periods in a time zone, limits with raises, levels."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from riskengine.areas.cost.budgets import Budget, Limit, Period, Raise, Span, level_of, levels, share_of_day

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAILY = Budget(name="daily", period=Period.DAY, usd=Decimal(50))


@pytest.mark.parametrize(
    ("period", "day", "first", "end"),
    [
        (Period.DAY, date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 1)),
        (Period.WEEK, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 30)),
        (Period.WEEK, date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 30)),
        # A week goes on over the month's and the year's end.
        (Period.WEEK, date(2026, 12, 1), date(2026, 11, 30), date(2026, 12, 7)),
        (Period.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 4)),
        (Period.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 3, 1)),
        (Period.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (Period.MONTH, date(2026, 10, 31), date(2026, 10, 1), date(2026, 11, 1)),
    ],
)
def test_periods(period, day, first, end):
    assert period.span(day) == Span(first, end)


@pytest.mark.parametrize(
    ("period", "day", "hours"),
    [
        (Period.DAY, date(2026, 3, 29), 23),
        (Period.DAY, date(2026, 10, 25), 25),
        (Period.DAY, date(2026, 10, 26), 24),
        (Period.WEEK, date(2026, 3, 29), 167),
        (Period.WEEK, date(2026, 10, 20), 169),
        (Period.MONTH, date(2026, 3, 1), 31 * 24 - 1),
        (Period.MONTH, date(2026, 10, 1), 31 * 24 + 1),
    ],
)
def test_periods_have_the_hours_that_they_really_have(period, day, hours):
    begins_at, ends_at = period.span(day).moments(BERLIN)
    assert ends_at - begins_at == hours * HOUR


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2026, 3, 29), 23), (datetime(2026, 10, 25), 25), (datetime(2026, 6, 1), 24)]
)
def test_a_day_s_share_counts_its_own_hours(day, hours):
    begun = day.replace(tzinfo=BERLIN).astimezone(UTC)
    assert share_of_day(begun, BERLIN) == 0
    assert share_of_day(begun + 6 * HOUR, BERLIN) == pytest.approx(6 / hours)
    assert share_of_day(begun + hours * HOUR - timedelta(seconds=1), BERLIN) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("spent", "level"),
    [
        ("0", "none"),
        ("24.999999999999", "none"),
        ("25", "50"),
        ("39.99", "50"),
        ("40", "80"),
        ("49.999999999999", "80"),
        ("50", "100"),
        ("50.000000000001", "exceeded"),
        ("5000", "exceeded"),
    ],
)
def test_levels_are_reached_exactly(spent, level):
    assert level_of(Decimal(spent), Decimal(50), (50, 80, 100)) == level


def test_levels_of_one_s_own():
    assert level_of(Decimal(46), Decimal(50), (90,)) == "90"
    assert level_of(Decimal(50), Decimal(50), ()) == "none"
    assert levels((80, 20)) == ("20", "80", "exceeded")


def raised(usd: int, start: int, end: int, budget: str = "daily") -> Raise:
    return Raise(1, budget, Decimal(usd), NOW + start * HOUR, NOW + end * HOUR, "slack:U1", "why")


@pytest.mark.parametrize(
    ("raises", "usd", "until"),
    [
        ([], 50, None),
        ([raised(80, -1, 1)], 80, 1),
        ([raised(80, 0, 1)], 80, 1),
        ([raised(80, -2, 0)], 50, None),
        ([raised(80, 1, 2)], 50, None),
        ([raised(80, -1, 1, budget="weekly")], 50, None),
        ([raised(80, -1, 3), raised(120, -1, 1)], 120, 1),
        # The budget itself was raised in the settings meanwhile.
        ([raised(40, -1, 1)], 50, None),
    ],
)
def test_the_highest_raise_in_force_counts(raises, usd, until):
    found = Limit.of(DAILY, raises, NOW)
    assert found == Limit(Decimal(usd), None if until is None else NOW + until * HOUR)


def test_a_budget_says_whose_it_is():
    scoped = Budget(name="pay", period="day", usd=5, scope={"team": "payments", "model": ["glm-4.5", "glm-4.6"]})
    assert scoped.labels == {"budget": "pay", "team": "payments", "model": "glm-4.5,glm-4.6"}
    assert DAILY.labels == {"budget": "daily"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"scope": {"configuration": "v1"}}, "not for a configuration"),
        ({"scope": {"colour": "red"}}, "scope.colour"),
        ({"scope": {"team": []}}, "scope.team"),
        ({"usd": 0}, "usd"),
        ({"usd": "-1"}, "usd"),
        ({"usd": "NaN"}, "usd"),
        ({"name": "Pay Day"}, "name"),
        ({"period": "year"}, "period"),
        ({"dollars": 5}, "dollars"),
    ],
)
def test_a_wrong_budget_is_refused_by_name(values, said):
    with pytest.raises(ValidationError) as refused:
        Budget.model_validate({"name": "pay", "period": "day", "usd": 5, **values})
    assert said in str(refused.value)
