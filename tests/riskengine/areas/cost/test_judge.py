"""Figures against their limits: which alerts hold, and what they say."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from riskengine.areas.cost.budgets import Budget, BudgetState, Limit, Period, level_of
from riskengine.areas.cost.burn import Burn, BurnWindow
from riskengine.areas.cost.forecast import Method, Projection
from riskengine.areas.cost.growth import Growth
from riskengine.areas.cost.judge import Facts, judge
from riskengine.areas.cost.limits import CostLimits
from riskengine.areas.cost.spend import Spend
from riskengine.areas.escalation.history import Share

LIMITS = CostLimits()
DAY = date(2026, 11, 23)
NOTHING = Share()


def state(spent: str, usd: str = "50", period: Period = Period.DAY, **more) -> BudgetState:
    budget = Budget(name=period.adjective, period=period, usd=Decimal(usd), scope=more.pop("scope", {}))
    level = level_of(Decimal(spent), Decimal(usd), LIMITS.warn_percents)
    unpriced = more.pop("unpriced", 0)
    total = Spend(usd=Decimal(spent), calls=120, unpriced_calls=unpriced)
    return BudgetState(budget, period.span(DAY), more.pop("limit", Limit(Decimal(usd))), total, level, **more)


def projected(usd: str, days: int = 40) -> Projection:
    low, high = Decimal(usd) - 100, Decimal(usd) + 100
    return Projection(Decimal(usd), low, high, Method.PROFILE, f"weekday profile of {days} days", days)


def judged(*states, calls=NOTHING, tasks=NOTHING, growth=None, told=(), limits=LIMITS):
    found = judge(Facts(states, calls, tasks, growth), limits, set(told))
    return {each.name: each for each in found}


def holding(*states, **more) -> dict[str, str]:
    """What holds and is not outranked, with its severity."""
    return {
        name: each.severity.value for name, each in judged(*states, **more).items() if each.holds and not each.outranked
    }


@pytest.mark.parametrize(
    ("spent", "told"),
    [
        ("24.99", {}),
        ("25", {"daily_budget_50_percent": "info"}),
        ("40", {"daily_budget_80_percent": "medium"}),
        ("50", {"daily_budget_100_percent": "medium"}),
        ("50.01", {"daily_budget_exceeded": "high"}),
    ],
)
def test_levels(spent, told):
    assert holding(state(spent)) == told


@pytest.mark.parametrize(("period", "name"), [(Period.WEEK, "weekly"), (Period.MONTH, "monthly")])
def test_every_period_has_its_names(period, name):
    assert holding(state("51", period=period)) == {f"{name}_budget_exceeded": "high"}


def test_a_level_is_told_in_words():
    alert = judged(state("41.2", scope={"team": "payments"}, unpriced=3))["daily_budget_80_percent"]
    assert alert.labels == {"area": "cost", "budget": "daily", "team": "payments"}
    assert alert.period == "2026-11-23"
    told = alert.annotations
    assert told["summary"] == (
        "The budget daily (team payments) is spent to 80 %. 3 calls are unpriced and not among it."
    )
    assert told["value"] == "$41.20 spent, 82 %"
    assert told["limit"] == "$50 a day"
    assert told["basis"] == "120 calls since Mon 23 Nov"
    assert told["action_id"] == "review_usage_patterns"


def test_just_short_of_all_does_not_read_as_all():
    assert judged(state("49.999"))["daily_budget_80_percent"].annotations["value"].endswith("99 %")


def test_a_raised_limit_says_so():
    until = datetime(2026, 11, 24, tzinfo=UTC)
    alert = judged(state("81", "80", limit=Limit(Decimal(80), until)))["daily_budget_exceeded"]
    assert alert.annotations["limit"] == "$80 a day, raised for a while"


OVERRUN = ("projected_overrun", "monthly")


@pytest.mark.parametrize(
    ("usd", "days", "told", "holds"),
    [
        ("1500", 40, (), False),
        ("1500.01", 40, (), True),
        # It ends only a little below: a projection trembles.
        ("1499", 40, (OVERRUN,), True),
        ("1470", 40, (OVERRUN,), False),
        # Two days are no ground for an alarm.
        ("9000", 2, (), None),
        ("9000", 3, (), True),
    ],
)
def test_projected_overrun(usd, days, told, holds):
    alert = judged(state("300", "1500", Period.MONTH, projected=projected(usd, days)), told=told)["projected_overrun"]
    assert alert.holds is holds
    assert alert.severity == "high"


def test_an_overrun_names_its_interval_and_its_method():
    told = judged(state("300", "1500", Period.MONTH, projected=projected("1812.5")))["projected_overrun"].annotations
    assert told["value"] == "$1,812.50 projected (90 %: $1,712.50 to $1,912.50)"
    assert told["basis"] == "weekday profile of 40 days"
    assert told["action_id"] == "implement_cost_controls"


def test_without_a_projection_nothing_is_known():
    found = judged(state("300", "1500", Period.MONTH))
    assert found["projected_overrun"].holds is None
    assert found["projection_above_plan"].holds is None


@pytest.mark.parametrize(("plan", "holds"), [("1000", False), ("999", True), (None, None)])
def test_above_plan(plan, holds):
    month = state("300", "1500", Period.MONTH, projected=projected("1200"), plan_usd=plan and Decimal(plan))
    alert = judged(month)["projection_above_plan"]
    assert alert.holds is holds
    if holds:
        assert alert.annotations["limit"] == "20% above $999"
        assert alert.annotations["value"].endswith(", 20% above plan")


def test_days_and_weeks_have_no_projection():
    assert "projected_overrun" not in judged(state("1"), state("1", period=Period.WEEK))


@pytest.mark.parametrize("is_fast", [True, False])
def test_burning(is_fast):
    window = BurnWindow(long=timedelta(hours=1), budget_ratio=Decimal("0.02"))
    burn = Burn(window, Decimal("20.04"), Decimal(30), Decimal("14.4"), Decimal(42), is_fast)
    alert = judged(state("300", "1500", Period.MONTH, burn=burn))["budget_burning"]
    assert alert.holds == is_fast
    if is_fast:
        assert alert.annotations["value"] == "burn rate 20.0 in 1 h, 30.0 in 5 min"


RATE = ("escalation_rate_high", "")


@pytest.mark.parametrize(
    ("calls", "tasks", "told", "holds"),
    [
        ((0, 0), (0, 0), (), False),
        ((50, 1_000), (0, 0), (), False),
        ((51, 1_000), (0, 0), (), True),
        ((0, 0), (51, 1_000), (), True),
        # So few may be chance.
        ((2, 30), (0, 0), (), False),
        ((10, 30), (0, 0), (), True),
        ((10, 19), (0, 0), (), False),
        ((50, 1_000), (0, 0), (RATE,), True),
        ((49, 1_000), (0, 0), (RATE,), False),
    ],
)
def test_escalation_rate(calls, tasks, told, holds):
    shares = {name: Share(count=some, total=of) for name, (some, of) in {"calls": calls, "tasks": tasks}.items()}
    alert = judged(**shares, told=told)["escalation_rate_high"]
    assert alert.holds == holds
    assert alert.severity == "medium"
    if holds:
        assert alert.annotations["action_id"] == "review_escalation_criteria"
        assert alert.annotations["limit"] == "5%"


def test_the_rate_names_what_it_counts():
    alert = judged(calls=Share(count=60, total=1_000), tasks=Share(count=80, total=1_000))["escalation_rate_high"]
    assert alert.annotations["value"] == "8.0% of the tasks escalated, 80 of 1000"


@pytest.mark.parametrize(
    ("growth", "holds"), [(None, None), (Growth(1_200, 1_000), False), (Growth(1_201, 1_000), True)]
)
def test_volume_growth(growth, holds):
    assert judged(growth=growth)["volume_growth"].holds is holds


def test_every_name_fits_its_column():
    names = judged(state("51"), state("1", period=Period.WEEK), state("1", period=Period.MONTH))
    assert max(map(len, names)) <= 64
