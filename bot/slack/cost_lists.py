"""What `/cost` answers, as Slack's JSON."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from bot.slack.render import render
from riskengine.areas.cost.budgets import BudgetState
from riskengine.areas.cost.glance import glance, mark, row
from riskengine.areas.cost.optimise import Saving, Savings
from riskengine.areas.cost.overview import Breakdown, Overview
from riskengine.areas.cost.periods import EXAMPLES, Period
from riskengine.money import told_count, told_share, told_usd
from riskengine.response.control_words import TITLES, meaning
from riskengine.response.controls import Control, ControlStatus
from riskengine.series import Dimension

#: Rows of a table; the rest is summed.
ROWS = 25
#: Budgets and controls of one answer.
BUDGETS, CONTROLS = 30, 10
#: Places in which a measure saves that are named.
PLACES = 3
#: What `/cost by` takes.
BY = (Dimension.MODEL, Dimension.ROLE, Dimension.TEAM, Dimension.PROVIDER)


def status(overview: Overview, prefix: str) -> dict[str, Any]:
    """What was spent, where the month ends, what to do: in this order."""
    return render("costs/status", {**glance(overview), "command": f"/{prefix}cost"})


def breakdown(found: Breakdown, zone: tzinfo, prefix: str) -> dict[str, Any]:
    shown = found.parts[:ROWS]
    rest = found.parts[ROWS:]
    values = {
        "dimension": found.dimension.value,
        "title": f"Cost by {found.dimension}, {found.period.name}: {told_usd(found.whole.usd)}",
        "span": _span(found.period, zone),
        "rows": [row(each, found.whole.usd) for each in shown],
        "more": f"and {len(rest)} more: {told_usd(sum((each.spend.usd for each in rest), Decimal(0)))}" if rest else "",
        "unpriced": told_count(found.whole.unpriced_calls) if found.whole.unpriced_calls else "",
        "unpriced_tokens": told_count(found.whole.unpriced_tokens),
        "command": f"/{prefix}cost",
    }
    return render("costs/breakdown", values)


def _span(period: Period, zone: tzinfo) -> str:
    first, last = period.starts_at.astimezone(zone), period.ends_at.astimezone(zone)
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} ({zone})"


def wrong_breakdown(typed: str, near: str, prefix: str) -> dict[str, Any]:
    """By what one can tell apart, for whoever typed something else."""
    return render("costs/wrong_breakdown", {"typed": typed[:80], "near": near, "command": f"/{prefix}cost"})


def wrong_period(typed: str, near: str, prefix: str) -> dict[str, Any]:
    values = {"typed": typed[:80], "near": near, "examples": EXAMPLES, "command": f"/{prefix}cost"}
    return render("costs/wrong_period", values)


def budgets(states: Sequence[BudgetState], prefix: str) -> dict[str, Any]:
    values = {
        "rows": [_budget(each) for each in states[:BUDGETS]],
        "more": max(0, len(states) - BUDGETS),
        "command": f"/{prefix}cost",
    }
    return render("costs/budgets", values)


def _budget(state: BudgetState) -> dict[str, Any]:
    raised = state.limit.raised_until
    scope = ", ".join(f"{name} {' or '.join(values)}" for name, values in sorted(state.budget.scope.items()))
    return {
        "name": state.budget.name,
        "scope": scope or "everything",
        "period": state.budget.period.adjective,
        "spent": told_usd(state.spent.usd),
        "limit": told_usd(state.limit.usd),
        "share": f"{told_share(state.spent.usd, state.limit.usd)}{mark(state.level)}",
        "raised_until": _moment(raised) if raised else None,
        "projected": told_usd(state.projected.usd) if state.projected else "",
    }


def _moment(moment: datetime) -> dict[str, Any]:
    return {"timestamp": int(moment.timestamp()), "utc": f"{moment:%Y-%m-%d %H:%M} UTC"}


def controls(found: Sequence[Control], prefix: str) -> dict[str, Any]:
    values = {
        "rows": [_control(each) for each in found[:CONTROLS]],
        "active": sum(each.status is ControlStatus.ACTIVE for each in found),
        "proposed": sum(each.status is ControlStatus.PROPOSED for each in found),
        "command": f"/{prefix}cost",
    }
    return render("costs/controls", values)


def _control(control: Control) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": TITLES[control.kind],
        "status": control.status.value,
        "reason": control.reason,
        "meaning": meaning(control.effect),
        "until": _moment(control.expires_at),
        "by": control.started_by or "",
    }


def savings(found: Savings, prefix: str) -> dict[str, Any]:
    values = {
        "headline": _headline(found),
        "rows": [_saving(each, found.spent_per_month) for each in found.found],
        "missing": list(found.missing),
        "basis": f"{found.days:.1f} days" if found.days else "",
        "spent": told_usd(found.spent_per_month),
        "command": f"/{prefix}cost",
    }
    return render("costs/savings", values)


def _headline(found: Savings) -> str:
    if not found.days or not found.spent_per_month:
        return "Nothing is known yet of what could be saved"
    if not found.found:
        return "Nothing was found that would cost less"
    share = told_share(found.usd_per_month, found.spent_per_month)
    return f"{told_usd(found.usd_per_month)} a month could be saved, {share} of the cost"


def _saving(saving: Saving, whole: Decimal) -> dict[str, Any]:
    more = len(saving.where) - PLACES
    return {
        "name": saving.measure.capitalize(),
        "usd": told_usd(saving.usd_per_month),
        "share": told_share(saving.usd_per_month, whole),
        "calls": told_count(saving.calls),
        "effort": saving.effort.value,
        "how": saving.how,
        "where": "; ".join(saving.where[:PLACES]) + (f"; and {more} more" if more > 0 else ""),
    }


def help_text(prefix: str) -> dict[str, Any]:
    values = {"command": f"/{prefix}cost", "dimensions": [each.value for each in BY]}
    return render("costs/help", values)


def unknown_word(word: str, near: str, prefix: str) -> dict[str, Any]:
    return render("alerts/unknown_word", {"word": word[:80], "near": near, "command": f"/{prefix}cost"})
