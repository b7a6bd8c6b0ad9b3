"""A review of escalations in words, ready for its template: rows of the outbox hold text and numbers only."""

from datetime import timedelta, tzinfo
from typing import Any

from bot.services.reports.words import NOTHING, day, share
from riskengine.areas.escalation.history import Share
from riskengine.areas.escalation.indicators import IndicatorSettings
from riskengine.areas.escalation.review import CriterionReview, EscalationReview, TierReview
from riskengine.durations import spoken

#: Lines of a table; there are four criteria, and a policy has few tiers.
LINES = 12
#: Suggestions that are told, and characters of one.
SUGGESTIONS, LENGTH = 8, 400


def told(found: EscalationReview, limits: IndicatorSettings, zone: tzinfo) -> dict[str, Any]:
    return {
        "period": f"{day(found.since, zone)} to {day(found.until, zone)}",
        "total": found.total,
        "outcomes": ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in found.outcomes),
        "median": _span(found.median_wait),
        "p90": _span(found.p90_wait),
        "target": spoken(limits.approval_time),
        "in_time": f"{found.in_time} of {found.waited}" if found.waited else NOTHING,
        "false_positives": _rate(found.past.unneeded, "nobody has said yet"),
        "false_negatives": _rate(found.past.troubled, "no outcome was told"),
        "rates_over": spoken(limits.window),
        "availability": f"{found.availability.ratio:.2%}",
        "outages": _outages(found),
        "criteria": [_criterion(each) for each in found.criteria[:LINES]],
        "tiers": [_tier(each) for each in found.tiers[:LINES]],
        "suggestions": [each[:LENGTH] for each in found.suggestions[:SUGGESTIONS]],
    }


def _rate(told_of: Share, otherwise: str) -> str:
    return otherwise if told_of.ratio is None else f"{told_of.ratio:.0%}: {told_of.words}"


def _outages(found: EscalationReview) -> str:
    outages = found.availability.outages
    if not outages:
        return "no outage"
    count = "1 outage" if len(outages) == 1 else f"{len(outages)} outages"
    return f"{count}, {spoken(found.availability.down)} in all"


def _criterion(criterion: CriterionReview) -> dict[str, Any]:
    return {
        "name": criterion.name.replace("_", " ")[:80],
        "counted": criterion.counted,
        "unneeded": f"{criterion.unneeded} of {criterion.judged}" if criterion.judged else NOTHING,
    }


def _tier(tier: TierReview) -> dict[str, Any]:
    return {
        "name": tier.name[:80],
        "asked": tier.asked,
        "decided": share(tier.decided, tier.asked),
        "took": _span(tier.took),
    }


def _span(span: timedelta | None) -> str:
    return NOTHING if span is None else spoken(span)
