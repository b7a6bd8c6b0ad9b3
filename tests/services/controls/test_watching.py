"""What the watch of spend judges becomes proposals, for what is about everything and can be told."""

import pytest

from bot.services.controls.watching import follow_spend
from riskengine.areas.cost.conditions import Condition as CostCondition
from riskengine.response.alerts import Severity
from riskengine.response.controls import ControlKind, ControlStatus

WORDS = {
    "summary": "Today has cost more than its budget.",
    "value": "$51.20",
    "limit": "$50",
    "basis": "since midnight",
}


def judged(name: str, holds: bool | None = True, **labels: str) -> CostCondition:
    return CostCondition(name, "daily", holds, Severity.HIGH, {"area": "cost", **labels}, WORDS if holds else {})


async def follow(office, *conditions: CostCondition) -> list[ControlKind]:
    await office.database.write(lambda tx: follow_spend(tx, conditions, office.terms))
    return [each.kind for each in await office.listed(ControlStatus.PROPOSED)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("escalation_rate_high", ControlKind.TIGHTEN_ESCALATION),
        ("projected_overrun", ControlKind.RATE_LIMITING),
        ("daily_budget_exceeded", ControlKind.COST_SAVING),
    ],
)
async def test_what_each_is_answered_by(office, name, kind):
    assert await follow(office, judged(name), judged("weekly_budget_exceeded")) == [kind]
    [control] = await office.listed()
    assert control.reason == "Today has cost more than its budget. $51.20, since midnight (limit: $50)"
    assert await follow(office, judged(name)) == [kind]
    assert await follow(office, judged(name, None)) == [kind]
    assert await follow(office, judged(name, False)) == []


async def test_a_teams_budget_limits_nobody_else(office):
    assert await follow(office, judged("daily_budget_exceeded", team="payments")) == []
    assert await follow(office, judged("daily_budget_exceeded", model="glm-4.5")) == []


async def test_one_of_several_budgets_is_enough(office):
    several = (judged("daily_budget_exceeded", False), judged("daily_budget_exceeded"))
    assert await follow(office, *several) == [ControlKind.COST_SAVING]
    assert await follow(office, judged("daily_budget_exceeded", False), judged("daily_budget_exceeded", None)) == [
        ControlKind.COST_SAVING
    ]
    assert await follow(office) == []
