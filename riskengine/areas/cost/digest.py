"""The daily digest of cost in words, ready for its template."""

from datetime import date
from decimal import Decimal
from typing import Any

from riskengine.areas.cost.glance import glance, month_line
from riskengine.areas.cost.overview import Overview
from riskengine.areas.cost.spend import Spend
from riskengine.money import told_count, told_usd

#: A day within this share of the usual one is as usual.
_USUAL = Decimal("0.1")


def told(day: date, spent: Spend, usual_usd: Decimal | None, overview: Overview) -> dict[str, Any]:
    """Yesterday beside what is usual for that weekday, then how things stand."""
    return {
        **glance(overview),
        "day": f"{day:%a} {day.day} {day:%b}",
        "spent": told_usd(spent.usd),
        "calls_of_day": told_count(spent.calls),
        "compared": _compared(spent.usd, usual_usd),
        "month": month_line(overview),
    }


def _compared(usd: Decimal, usual_usd: Decimal | None) -> str:
    if not usual_usd:
        return ""
    change = usd / usual_usd - 1
    if abs(change) <= _USUAL:
        return f"as usual on this weekday ({told_usd(usual_usd)})"
    return f"{abs(change):.0%} {'more' if change > 0 else 'less'} than usual on this weekday ({told_usd(usual_usd)})"
