"""Figures of cost against their limits: every condition that may be told, whether it holds and what its alert says."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from riskengine.areas import Area
from riskengine.areas.cost import words
from riskengine.areas.cost.budgets import EXCEEDED, BudgetState, levels
from riskengine.areas.cost.conditions import Condition, Key
from riskengine.areas.cost.growth import Growth
from riskengine.areas.cost.limits import CostLimits
from riskengine.areas.escalation.history import Share
from riskengine.areas.escalation.indicators import is_above
from riskengine.durations import spoken
from riskengine.response.alerts import Severity

#: A percentage of a budget from which on somebody should look.
_URGENT_PERCENT = 80


class CostAlert(StrEnum):
    """The names of alerts that are not about a level of a budget; those are `daily_budget_exceeded` and the like."""

    ESCALATION_RATE = "escalation_rate_high"
    PROJECTED_OVERRUN = "projected_overrun"
    ABOVE_PLAN = "projection_above_plan"
    VOLUME_GROWTH = "volume_growth"
    BURNING = "budget_burning"


class Facts(NamedTuple):
    """What is known at one moment."""

    states: Sequence[BudgetState]
    escalated_calls: Share
    escalated_tasks: Share
    growth: Growth | None


def level_alert(state: BudgetState, level: str) -> str:
    """The name of the alert for a level: `daily_budget_80_percent`, `monthly_budget_exceeded`."""
    word = EXCEEDED if level == EXCEEDED else f"{level}_percent"
    return f"{state.budget.period.adjective}_budget_{word}"


def judge(facts: Facts, limits: CostLimits, told: Collection[Key]) -> list[Condition]:
    """All of them; `told` are the keys of those that hold already, which end only a little below their limit."""
    found = [each for state in facts.states for each in _of_budget(state, limits, told)]
    return [*found, _escalation_rate(facts, limits, told), _growth(facts.growth, limits, told)]


def _of_budget(state: BudgetState, limits: CostLimits, told: Collection[Key]) -> Iterator[Condition]:
    yield from _levels(state, limits)
    if state.budget.period.is_projected:
        yield _overrun(state, limits, told)
        yield _above_plan(state, limits, told)
        yield _burning(state)


def _levels(state: BudgetState, limits: CostLimits) -> Iterator[Condition]:
    every = levels(limits.warn_percents)
    reached = every.index(state.level) if state.level in every else -1
    for place, level in enumerate(every):
        severity = Severity.HIGH if level == EXCEEDED else _severity(int(level))
        yield Condition(
            name=level_alert(state, level),
            subject=state.budget.name,
            holds=place <= reached,
            severity=severity,
            labels=_labels(state),
            annotations=words.of_level(state, level),
            period=state.span.first.isoformat(),
            outranked=place < reached,
        )


def _severity(percent: int) -> Severity:
    return Severity.MEDIUM if percent >= _URGENT_PERCENT else Severity.INFO


def _overrun(state: BudgetState, limits: CostLimits, told: Collection[Key]) -> Condition:
    name, projected = CostAlert.PROJECTED_OVERRUN, state.projected
    holds = None
    if projected is not None and projected.days_used >= limits.projection_days:
        holds = _is_above(projected.usd, state.limit.usd, limits, (name, state.budget.name) in told)
    annotations = words.of_overrun(state) if holds else {}
    return _about_month(state, name, Severity.HIGH, holds, annotations)


def _above_plan(state: BudgetState, limits: CostLimits, told: Collection[Key]) -> Condition:
    name, projected, plan = CostAlert.ABOVE_PLAN, state.projected, state.plan_usd
    holds = None
    if projected is not None and plan and projected.days_used >= limits.projection_days:
        most = plan * (1 + limits.plan_ratio)
        holds = _is_above(projected.usd, most, limits, (name, state.budget.name) in told)
    annotations = words.of_plan(state, limits) if holds else {}
    return _about_month(state, name, Severity.MEDIUM, holds, annotations)


def _burning(state: BudgetState) -> Condition:
    burn = state.burn
    annotations = words.of_burn(state) if burn and burn.is_fast else {}
    return _about_month(state, CostAlert.BURNING, Severity.HIGH, burn.is_fast if burn else False, annotations)


def _about_month(
    state: BudgetState, name: str, severity: Severity, holds: bool | None, annotations: dict[str, str]
) -> Condition:
    period = state.span.first.isoformat()
    return Condition(name, state.budget.name, holds, severity, _labels(state), annotations, period)


def _escalation_rate(facts: Facts, limits: CostLimits, told: Collection[Key]) -> Condition:
    """Calls or tasks, whichever show it: some orchestrators tell only of one of them."""
    name = CostAlert.ESCALATION_RATE
    limit = limits.escalation_ratio
    if (name, "") in told:
        limit *= 1 - limits.settle_ratio
    shares = {"calls": facts.escalated_calls, "tasks": facts.escalated_tasks}
    high = {what: share for what, share in shares.items() if is_above(share, limit, limits.escalation_samples)}
    if not high:
        return _of_organisation(name, Severity.MEDIUM, holds=False)
    what, share = max(high.items(), key=lambda each: each[1].ratio or 0)
    annotations = {
        "summary": "More is escalated to the stronger model than the limit allows.",
        "value": f"{share.ratio:.1%} of the {what} escalated, {share.words}",
        "limit": f"{limits.escalation_ratio.normalize():%}",
        "basis": f"in {spoken(limits.escalation_window)}",
        "action": "Review escalation criteria: `/approvals review` names the criteria behind most escalations.",
        "action_id": "review_escalation_criteria",
    }
    return _of_organisation(name, Severity.MEDIUM, holds=True, annotations=annotations)


def _growth(growth: Growth | None, limits: CostLimits, told: Collection[Key]) -> Condition:
    name = CostAlert.VOLUME_GROWTH
    if growth is None:
        return _of_organisation(name, Severity.MEDIUM, holds=None)
    if not _is_above(growth.ratio, limits.growth_ratio, limits, (name, "") in told):
        return _of_organisation(name, Severity.MEDIUM, holds=False)
    annotations = {
        "summary": "Many more calls are made than a month ago.",
        "value": f"{growth.ratio:.0%} more calls",
        "limit": f"{limits.growth_ratio:.0%}",
        "basis": f"{growth.calls:,} in 28 days, {growth.before:,} in the 28 before",
        "action": "Ask who grows, and whether the budgets still fit.",
        "action_id": "review_usage_patterns",
    }
    return _of_organisation(name, Severity.MEDIUM, holds=True, annotations=annotations)


def _of_organisation(
    name: str, severity: Severity, *, holds: bool | None, annotations: dict[str, str] | None = None
) -> Condition:
    return Condition(name, "", holds, severity, {"area": Area.COST.value}, annotations or {})


def _is_above(value: Decimal, limit: Decimal, limits: CostLimits, is_told: bool) -> bool:
    return value > (limit * (1 - limits.settle_ratio) if is_told else limit)


def _labels(state: BudgetState) -> dict[str, str]:
    return {"area": Area.COST.value, **state.budget.labels}
