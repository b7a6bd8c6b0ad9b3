"""The area's indicators: what is measured, against which limit, and what to do about a breach.

Approval time is the median over the requests of a window; a pending or expired one counts by how long it waited. Rates
of false decisions breach by evidence: below `MANY` samples the lower end of their interval must be above the limit, so
that two verdicts alarm nobody.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from riskengine.areas.escalation.history import MANY, PastOutcomes, Share
from riskengine.availability import Outage
from riskengine.durations import Duration, spoken
from riskengine.money import counted
from riskengine.response.alerts import Severity

_Ratio = Annotated[Decimal, Field(gt=0, lt=1, max_digits=12, decimal_places=6)]


class Indicator(StrEnum):
    """The names of the alerts."""

    APPROVAL_TIME = "slow_approvals"
    FALSE_POSITIVES = "escalation_false_positives"
    FALSE_NEGATIVES = "escalation_false_negatives"
    OUTAGE = "escalation_system_was_down"


class IndicatorSettings(BaseModel):
    """When the escalation area raises alerts by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval: Duration = Field(timedelta(minutes=1), gt=timedelta(0), description="Time between two looks.")
    approval_time: Duration = Field(
        timedelta(minutes=30), gt=timedelta(0), description="Median time to a decision above which approvals are slow."
    )
    approval_window: Duration = Field(
        timedelta(days=1), gt=timedelta(0), description="Requests of the last so long make that median."
    )
    approval_samples: int = Field(1, ge=1, description="Requests below which it says nothing.")
    false_positive_ratio: _Ratio = Field(
        Decimal("0.1"), description="Share of judged escalations called unneeded, above which too many are asked for."
    )
    false_negative_ratio: _Ratio = Field(
        Decimal("0.05"),
        description="Share of tasks not escalated that went wrong, above which too few are escalated.",
    )
    minimum_samples: int = Field(10, ge=1, description="Verdicts, or outcomes, below which a rate says nothing.")
    window: Duration = Field(timedelta(days=30), gt=timedelta(0), description="Decisions of the last so long count.")
    down_for: Duration = Field(
        timedelta(minutes=5), gt=timedelta(0), description="An outage of riskbot longer than this is an alert."
    )
    outage_told_for: Duration = Field(
        timedelta(hours=1), gt=timedelta(0), description="That alert resolves by itself so long after the outage."
    )


class Facts(NamedTuple):
    """What is known at one moment."""

    #: How long the requests of the window took, or have waited.
    waits: Sequence[timedelta]
    past: PastOutcomes
    #: Outages that ended lately, the latest first.
    outages: Sequence[Outage]


class Finding(NamedTuple):
    """One indicator: whether it is breached, and what its alert says."""

    name: Indicator
    severity: Severity
    is_breached: bool
    annotations: dict[str, str]


def judge(facts: Facts, limits: IndicatorSettings) -> tuple[Finding, ...]:
    """All four, breached or not; a value that equals its limit is no breach."""
    return (
        _approval_time(facts.waits, limits),
        _rate(
            Indicator.FALSE_POSITIVES,
            Severity.MEDIUM,
            facts.past.unneeded,
            limits.false_positive_ratio,
            limits,
            "Too many escalations were not needed, say their approvers.",
            "`/approvals review` names the criterion behind most of them; raise its threshold, or lower its weight.",
        ),
        _rate(
            Indicator.FALSE_NEGATIVES,
            Severity.HIGH,
            facts.past.troubled,
            limits.false_negative_ratio,
            limits,
            "Too many tasks that were not escalated failed or were revised.",
            "Lower `escalation.decision_line`, or raise the weight of what these tasks have in common.",
        ),
        _outage(facts.outages, limits),
    )


def median_wait(waits: Sequence[timedelta]) -> timedelta | None:
    """None where there is nothing to take one of."""
    return timedelta(seconds=median(each.total_seconds() for each in waits)) if waits else None


def _approval_time(waits: Sequence[timedelta], limits: IndicatorSettings) -> Finding:
    middle = median_wait(waits)
    is_slow = middle is not None and len(waits) >= limits.approval_samples and middle > limits.approval_time
    annotations = {
        "summary": "Approvals take too long.",
        "value": f"median approval time {_minutes(middle)}" if middle is not None else "no request",
        "limit": spoken(limits.approval_time),
        "basis": f"{counted(len(waits), 'request')} in {spoken(limits.approval_window)}, pending ones by their wait",
        "action": "See who is asked and does not answer with `/approvals pending`; add people to the first tier, or "
        "shorten its time.",
        "action_id": "review_approval_tiers",
    }
    return Finding(Indicator.APPROVAL_TIME, Severity.MEDIUM, is_slow, annotations)


def is_above(share: Share, limit: Decimal, minimum_samples: int) -> bool:
    """Whether a rate is above its limit by more than chance."""
    if share.ratio is None or share.total < minimum_samples:
        return False
    if share.total >= MANY:
        return Decimal(share.count) > limit * share.total
    return share.interval.low > limit


def _rate(
    name: Indicator,
    severity: Severity,
    share: Share,
    limit: Decimal,
    limits: IndicatorSettings,
    summary: str,
    action: str,
) -> Finding:
    value = f"{share.ratio:.0%}, {share.words}" if share.ratio is not None else "nothing known"
    annotations = {
        "summary": summary,
        "value": value,
        "limit": f"{limit:.0%}",
        "basis": f"in {spoken(limits.window)}",
        "action": action,
        "action_id": "review_escalation_criteria",
    }
    return Finding(name, severity, is_above(share, limit, limits.minimum_samples), annotations)


def _outage(outages: Sequence[Outage], limits: IndicatorSettings) -> Finding:
    long = next((each for each in outages if each.length > limits.down_for), None)
    annotations = dict(_told(long, limits)) if long else {}
    return Finding(Indicator.OUTAGE, Severity.HIGH, long is not None, annotations)


def _told(outage: Outage, limits: IndicatorSettings) -> Iterator[tuple[str, str]]:
    span = f"{outage.started_at:%Y-%m-%d %H:%M:%S} to {outage.ended_at:%H:%M:%S} UTC"
    yield "summary", f"The escalation system was down from {span}: nobody was asked or reminded meanwhile."
    yield "value", f"down for {spoken(outage.length)}"
    yield "limit", spoken(limits.down_for)
    yield (
        "action",
        "Nothing was lost: each tier has its whole time from now on. See why nothing restarted it sooner.",
    )
    yield "action_id", "look_into_outage"


def _minutes(span: timedelta) -> str:
    """To a tenth, so that what is just above its limit does not read as equal to it."""
    return f"{span / timedelta(minutes=1):.1f} min".replace(".0 ", " ")
