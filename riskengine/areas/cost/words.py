"""What alerts about budgets say: the figure against its limit, how it was found, what to do."""

from decimal import Decimal

from riskengine.areas.cost.budgets import EXCEEDED, BudgetState
from riskengine.areas.cost.limits import CostLimits
from riskengine.durations import spoken
from riskengine.money import budget_usd


def of_level(state: BudgetState, level: str) -> dict[str, str]:
    spent = state.spent
    what = "is exceeded" if level == EXCEEDED else f"is spent to {level} %"
    summary = f"{_named(state)} {what}."
    if spent.unpriced_calls:
        summary += f" {spent.unpriced_calls:,} calls are unpriced and not among it."
    return {
        "summary": summary,
        "value": f"{budget_usd(spent.usd)} spent, {percent(state.share)}",
        "limit": _limit(state),
        "basis": f"{spent.calls:,} calls since {state.span.first:%a %d %b}",
        "action": "Review usage patterns: which model, role or team spends it, and whether it has to.",
        "action_id": "review_usage_patterns",
    }


def of_overrun(state: BudgetState) -> dict[str, str]:
    """Only for a state with a projection."""
    return {
        "summary": f"{_named(state)} will not last: the month ends above it as things go.",
        "value": _projected(state),
        "limit": _limit(state),
        "basis": _method(state),
        "action": "Implement cost controls, or raise the budget for this month.",
        "action_id": "implement_cost_controls",
    }


def of_plan(state: BudgetState, limits: CostLimits) -> dict[str, str]:
    """Only for a state with a projection and a plan."""
    plan = state.plan_usd or Decimal(0)
    more = (state.projected.usd / plan - 1) if state.projected and plan else Decimal(0)
    return {
        "summary": f"{_named(state)}: the month costs more than was to be expected on its first day.",
        "value": f"{_projected(state)}, {more:.0%} above plan",
        "limit": f"{limits.plan_ratio:.0%} above {budget_usd(plan)}",
        "basis": _method(state),
        "action": "Find what has changed since the month began, or accept it: next month's plan knows it.",
        "action_id": "review_usage_patterns",
    }


def of_burn(state: BudgetState) -> dict[str, str]:
    """Only for a state with a burn rate."""
    burn = state.burn
    if burn is None:
        return {}
    return {
        "summary": f"{_named(state)} burns {burn.long_rate:.1f} times as fast as it lasts.",
        "value": f"burn rate {burn.long_rate:.1f} in {spoken(burn.window.long)}, {burn.short_rate:.1f} in "
        f"{spoken(burn.window.short)}",
        "limit": f"{burn.limit:.1f}",
        "basis": f"{budget_usd(burn.usd)} in {spoken(burn.window.long)}",
        "action": "Review usage patterns now: something spends a month's money in hours.",
        "action_id": "review_usage_patterns",
    }


def percent(share: Decimal) -> str:
    """Cut, not rounded: what is short of its limit does not read as equal to it."""
    return f"{int(share * 100)} %"


def _named(state: BudgetState) -> str:
    scope = ", ".join(f"{name} {' or '.join(values)}" for name, values in sorted(state.budget.scope.items()))
    return f"The budget {state.budget.name}" + (f" ({scope})" if scope else "")


def _limit(state: BudgetState) -> str:
    usd, until = state.limit
    raised = ", raised for a while" if until else ""
    return f"{budget_usd(usd)} a {state.budget.period}{raised}"


def _projected(state: BudgetState) -> str:
    projected = state.projected
    if projected is None:
        return "no projection"
    interval = ""
    if projected.low is not None and projected.high is not None:
        interval = f" (90 %: {budget_usd(projected.low)} to {budget_usd(projected.high)})"
    return f"{budget_usd(projected.usd)} projected{interval}"


def _method(state: BudgetState) -> str:
    return state.projected.method if state.projected else ""
