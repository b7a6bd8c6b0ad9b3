"""Budgets as operators write them, and what they are told of mistakes."""

from decimal import Decimal

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings
from riskengine.areas.cost.budgets import Period


def test_shipped_budgets():
    found = {each.name: (each.period, each.usd) for each in Settings().budgets.all}
    assert found == {
        "daily": (Period.DAY, 50),
        "weekly": (Period.WEEK, 350),
        "monthly": (Period.MONTH, 1_500),
    }


def test_a_budget_can_be_switched_off_and_others_be_added():
    more = "[{name: payments, period: day, usd: 12.50, scope: {team: payments}}]"
    environment = {"RISKBOT_BUDGETS__WEEKLY_USD": "0", "RISKBOT_BUDGETS__MORE": more}
    budgets = load_settings(None, environment).budgets.all
    assert [each.name for each in budgets] == ["daily", "monthly", "payments"]
    assert budgets[2].usd == Decimal("12.5")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("DAILY_USD", "-1", "budgets.daily_usd"),
        ("MORE", "[{name: daily, period: day, usd: 5}]", "the name daily is taken; give each budget a name of its own"),
        ("MORE", "[{name: a, period: day, usd: 5}, {name: a, period: week, usd: 5}]", "the name a is taken"),
        ("MORE", "[{name: a, period: year, usd: 5}]", "budgets.more.0.period"),
        ("MORE", "[{name: a, period: day, usd: 5, scope: {configuration: v1}}]", "team, role, model or provider"),
        ("LIMITS__WARN_PERCENTS", "[50, 120]", "120 is no percentage from 1 to 100"),
        ("LIMITS__WARN_PERCENTS", "[50, 50]", "each percentage stands once"),
        ("LIMITS__BURN_WINDOWS", "[{long: 3d, budget_ratio: 0.05}]", "write a shorter window or a larger share"),
        ("FORECAST__HISTORY_DAYS", "7", "budgets.forecast.history_days"),
    ],
)
def test_mistakes_name_their_place_and_what_to_write(key, value, said):
    with pytest.raises(SettingsError) as refused:
        load_settings(None, {f"RISKBOT_BUDGETS__{key}": value})
    assert said in refused.value.message
