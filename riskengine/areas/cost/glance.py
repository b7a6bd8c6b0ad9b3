"""The first glance in words, ready for a template: the command's answer and the digest show the same."""

from decimal import Decimal
from typing import Any

from riskengine.areas.cost.budgets import EXCEEDED, NONE, BudgetState
from riskengine.areas.cost.forecast import Projection
from riskengine.areas.cost.overview import WARNED, Overview, Part, Standing, Verdict, advice
from riskengine.money import told_count, told_share, told_usd
from riskengine.response.control_words import TITLES
from riskengine.response.controls import Control

#: Models and roles that are named.
TOP = 3
#: Other budgets and controls.
LINES = 5
NOT_TOLD = "not told"
EMOJI = {Verdict.NOTHING: "💤", Verdict.ON_COURSE: "✅", Verdict.WATCH: "⚠️", Verdict.OVER: "🔴"}
PERIODS = {"day": "Today", "week": "This week", "month": "This month"}


def glance(overview: Overview) -> dict[str, Any]:
    """The words of the first glance, as the digest has them, too."""
    today = overview.standings[0]
    return {
        "emoji": EMOJI[overview.verdict],
        "headline": f"{told_usd(today.usd)} today, {month_line(overview)}",
        "verdict": overview.verdict.value,
        "standings": [_standing(each) for each in overview.standings],
        "projection": projected(overview.projection),
        "method": overview.projection.method if overview.projection else "",
        "advice": advice(overview),
        "rows": [
            *(_top("model", each, overview.month.usd) for each in overview.models[:TOP]),
            *(_top("role", each, overview.month.usd) for each in overview.roles[:TOP]),
        ],
        "unpriced": _unpriced(overview),
        "others": [_other(each) for each in overview.others[:LINES]],
        "controls": [_control_line(each) for each in overview.controls[:LINES]],
        "calls": told_count(overview.month.calls),
    }


def month_line(overview: Overview) -> str:
    """Where the month leads, or what it has come to while nobody knows."""
    month = overview.standings[-1]
    of = f" of {told_usd(month.limit_usd)}" if month.limit_usd is not None else ""
    if overview.projection is None:
        return f"{told_usd(month.usd)}{of} this month"
    return f"the month ends near {told_usd(overview.projection.usd)}{of}"


def _standing(standing: Standing) -> dict[str, str]:
    told = f"{told_usd(standing.usd)}"
    if standing.budget and standing.limit_usd is not None:
        told += f" of {told_usd(standing.limit_usd)} ({told_share(standing.usd, standing.limit_usd)})"
    return {"name": PERIODS[standing.period], "told": f"{told}{mark(standing.level)}"}


def mark(level: str) -> str:
    if level == EXCEEDED:
        return " 🔴"
    return " ⚠️" if level != NONE and int(level) >= WARNED else ""


def projected(projection: Projection | None) -> str:
    if projection is None:
        return "not known before there is one whole day"
    if projection.low is None or projection.high is None:
        return f"about {told_usd(projection.usd)}"
    return f"about {told_usd(projection.usd)} ({told_usd(projection.low)} to {told_usd(projection.high)})"


def _top(kind: str, part: Part, whole: Decimal) -> dict[str, str]:
    return {"kind": kind, **row(part, whole)}


def row(part: Part, whole: Decimal) -> dict[str, str]:
    return {
        "name": part.name or NOT_TOLD,
        "usd": told_usd(part.spend.usd),
        "share": told_share(part.spend.usd, whole),
        "calls": told_count(part.spend.calls),
        "tokens": told_count(part.spend.input_tokens + part.spend.output_tokens),
        "unpriced": told_count(part.spend.unpriced_calls) if part.spend.unpriced_calls else "",
    }


def _unpriced(overview: Overview) -> str:
    if not overview.unpriced:
        return ""
    calls = told_count(overview.month.unpriced_calls)
    tokens = told_count(overview.month.unpriced_tokens)
    names = ", ".join(each.name or NOT_TOLD for each in overview.unpriced[:TOP])
    return f"Unpriced this month, in no sum: {calls} calls with {tokens} tokens ({names})"


def _other(state: BudgetState) -> str:
    return (
        f"{state.budget.name}: {told_usd(state.spent.usd)} of {told_usd(state.limit.usd)} "
        f"({told_share(state.spent.usd, state.limit.usd)}) a {state.budget.period}{mark(state.level)}"
    )


def _control_line(control: Control) -> dict[str, Any]:
    return {
        "title": TITLES[control.kind],
        "state": control.status.value,
        "until": {"timestamp": int(control.expires_at.timestamp()), "utc": f"{control.expires_at:%Y-%m-%d %H:%M} UTC"},
    }
