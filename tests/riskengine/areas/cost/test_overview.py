"""The first glance: what stands first, and what is to be done."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from riskengine.areas.cost.budgets import EXCEEDED, Budget, BudgetState, Limit, Period
from riskengine.areas.cost.digest import told
from riskengine.areas.cost.forecast import Method, Projection
from riskengine.areas.cost.glance import glance
from riskengine.areas.cost.overview import Overview, Standing, Verdict, advice, parts, total, unpriced
from riskengine.areas.cost.spend import Spend
from riskengine.response.controls import Condition, Control, ControlKind, ControlStatus, Effect

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
GROUPS = {
    "cheap": Spend(Decimal(1), 10),
    "dear": Spend(Decimal(90), 2),
    "unknown": Spend(Decimal(0), 3, unpriced_calls=3, unpriced_tokens=4_000_000),
}


def state(level: str = "none", spent: str = "30", usd: str = "50", period=Period.DAY, name="") -> BudgetState:
    budget = Budget(name=name or period.adjective, period=period, usd=Decimal(usd))
    return BudgetState(budget, period.span(NOON.date()), Limit(Decimal(usd)), Spend(Decimal(spent), 9), level)


def overview(day=None, *, ends: str | None = "1400", controls=(), others=(), groups=GROUPS) -> Overview:
    month = state(spent="800", usd="1500", period=Period.MONTH)
    day = day or state()
    projection = ends and Projection(Decimal(ends), Decimal(1300), Decimal(1600), Method.PROFILE, "weekday profile", 60)
    return Overview(
        at=NOON,
        standings=(Standing(Period.DAY, day.spent.usd, day), Standing(Period.MONTH, month.spent.usd, month)),
        projection=projection or None,
        models=parts(groups),
        roles=(),
        month=total(groups),
        unpriced=unpriced(groups),
        controls=controls,
        others=others,
    )


def control(status: ControlStatus) -> Control:
    return Control(
        kind=ControlKind.RATE_LIMITING,
        status=status,
        condition=Condition.PROJECTED_OVERRUN,
        reason="r",
        effect=Effect(),
        created_at=NOON,
        lasts_seconds=60,
        expires_at=NOON + timedelta(hours=1),
    )


def test_the_dearest_stand_first():
    assert [each.name for each in parts(GROUPS)] == ["dear", "cheap", "unknown"]
    assert [each.name for each in unpriced(GROUPS)] == ["unknown"]
    assert total(GROUPS).calls == 15
    assert total({}) == Spend()


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(overview(groups={}), Verdict.NOTHING, id="nothing"),
        pytest.param(overview(), Verdict.ON_COURSE, id="on course"),
        pytest.param(overview(state("50")), Verdict.ON_COURSE, id="half is as it should be"),
        pytest.param(overview(state("80")), Verdict.WATCH, id="80 per cent"),
        pytest.param(overview(ends="1500"), Verdict.ON_COURSE, id="just the budget"),
        pytest.param(overview(ends="1500.01"), Verdict.WATCH, id="a cent more"),
        pytest.param(overview(state(EXCEEDED)), Verdict.OVER, id="over"),
        pytest.param(overview(others=(state(EXCEEDED, name="search"),)), Verdict.OVER, id="a team over"),
        pytest.param(overview(ends=None), Verdict.ON_COURSE, id="no projection"),
    ],
)
def test_the_verdict(found, verdict):
    assert found.verdict == verdict


def test_what_to_do():
    priced = {"dear": GROUPS["dear"]}
    assert advice(overview(groups=priced)) == ["Nothing: the spending is on course."]
    assert advice(overview(groups={})) == ["Nothing yet: no call of this month is known."]
    assert advice(overview()) == ["Add prices for unknown: 4.0 M tokens of this month are in no sum."]
    everything = overview(
        state(EXCEEDED, spent="61"),
        ends="1800",
        controls=(control(ControlStatus.PROPOSED),),
        others=(state(EXCEEDED, spent="51", name="search"),),
    )
    said = advice(everything)
    assert said[0] == "Decide on the proposed control: rate limiting."
    assert "the daily budget is exceeded by $11.00, the daily budget search is exceeded by $1.00" in said[1]
    assert "$300.00 over its budget: use cost controls" in said[2]
    active = overview(ends="1800", controls=(control(ControlStatus.ACTIVE),), groups=priced)
    assert "whether the active controls do enough" in advice(active)[0]


def test_in_words():
    found = glance(overview(state("80", spent="40")))
    assert found["headline"] == "$40.00 today, the month ends near $1,400 of $1,500"
    assert found["standings"][0] == {"name": "Today", "told": "$40.00 of $50.00 (80 %) ⚠️"}
    assert found["projection"] == "about $1,400 ($1,300 to $1,600)"
    assert "3 calls with 4.0 M tokens (unknown)" in found["unpriced"]
    assert glance(overview(ends=None))["headline"] == "$30.00 today, $800.00 of $1,500 this month"


@pytest.mark.parametrize(
    ("usual", "said"),
    [
        (None, ""),
        (Decimal(0), ""),
        (Decimal(38), "as usual on this weekday ($38.00)"),
        (Decimal(20), "100% more than usual on this weekday ($20.00)"),
        (Decimal(80), "50% less than usual on this weekday ($80.00)"),
    ],
)
def test_a_day_beside_the_usual_one(usual, said):
    assert told(date(2026, 3, 9), Spend(Decimal(40), 2), usual, overview())["compared"] == said
