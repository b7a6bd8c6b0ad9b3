"""A span's escalations in figures, and what to change by them. Tiers are named, people never."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from riskengine.areas.escalation.history import Need, PastOutcomes
from riskengine.areas.escalation.indicators import IndicatorSettings, is_above, median_wait
from riskengine.availability import Availability

#: Success is more than this share of the time.
AVAILABILITY_TARGET = 0.99
#: Share of what a tier was asked that it let pass, above which it is named as slow, and from how many requests on.
SLOW_TIER, TIER_SAMPLES = 0.5, 3
#: Share of approved escalations without a verdict, above which it is said that they are missing.
SILENT = 0.5


class Asked(NamedTuple):
    """A tier that was asked, and how long it took to decide; None where it did not."""

    tier: str
    took: timedelta | None


class Reviewed(NamedTuple):
    """One decision of the span."""

    outcome: str
    #: Until the approval's end or the span's; None where nobody was asked.
    wait: timedelta | None
    #: Names of the criteria that counted.
    criteria: tuple[str, ...]
    needed: str | None
    asked: tuple[Asked, ...]


class CriterionReview(NamedTuple):
    name: str
    counted: int
    judged: int
    unneeded: int


class TierReview(NamedTuple):
    name: str
    asked: int
    decided: int
    #: Median of those that it decided.
    took: timedelta | None


class EscalationReview(NamedTuple):
    """How the escalations of a span did."""

    since: datetime
    until: datetime
    total: int
    #: Outcome → how many, the most frequent first.
    outcomes: tuple[tuple[str, int], ...]
    median_wait: timedelta | None
    p90_wait: timedelta | None
    #: Requests decided within the target, and all.
    in_time: int
    waited: int
    past: PastOutcomes
    criteria: tuple[CriterionReview, ...]
    tiers: tuple[TierReview, ...]
    availability: Availability
    suggestions: tuple[str, ...]


def review(
    decisions: Sequence[Reviewed], past: PastOutcomes, availability: Availability, limits: IndicatorSettings
) -> EscalationReview:
    """`past` reaches further back than the span: in one week few are judged."""
    # What was taken back was not left waiting by anybody.
    waits = sorted(each.wait for each in decisions if each.wait is not None and each.outcome != "withdrawn")
    criteria, tiers = _criteria(decisions), _tiers(decisions)
    figures = EscalationReview(
        since=availability.since,
        until=availability.until,
        total=len(decisions),
        outcomes=tuple(Counter(each.outcome for each in decisions).most_common()),
        median_wait=median_wait(waits),
        p90_wait=p90(waits),
        in_time=sum(each <= limits.approval_time for each in waits),
        waited=len(waits),
        past=past,
        criteria=criteria,
        tiers=tiers,
        availability=availability,
        suggestions=(),
    )
    found = tuple(_suggestions(figures, decisions, limits))
    return figures._replace(suggestions=found or ("Leave it as it is: no figure asks for a change.",))


def p90(waits: Sequence[timedelta]) -> timedelta | None:
    """The shortest wait that nine of ten did not exceed, of sorted ones."""
    return waits[-(-9 * len(waits) // 10) - 1] if waits else None


def _criteria(decisions: Sequence[Reviewed]) -> tuple[CriterionReview, ...]:
    by_name: defaultdict[str, list[Reviewed]] = defaultdict(list)
    for decision in decisions:
        for name in decision.criteria:
            by_name[name].append(decision)
    found = [
        CriterionReview(
            name,
            len(mine),
            sum(each.needed is not None for each in mine),
            sum(each.needed == Need.UNNEEDED for each in mine),
        )
        for name, mine in by_name.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.counted, each.name)))


def _tiers(decisions: Sequence[Reviewed]) -> tuple[TierReview, ...]:
    by_name: defaultdict[str, list[Asked]] = defaultdict(list)
    for decision in decisions:
        for asked in decision.asked:
            by_name[asked.tier].append(asked)
    return tuple(_tier(name, mine) for name, mine in by_name.items())


def _tier(name: str, asked: Sequence[Asked]) -> TierReview:
    took = [each.took for each in asked if each.took is not None]
    return TierReview(name, len(asked), len(took), median_wait(took))


def _suggestions(figures: EscalationReview, decisions: Sequence[Reviewed], limits: IndicatorSettings) -> Iterator[str]:
    yield from _about_rates(figures, limits)
    yield from _about_time(figures, limits)
    approved = [each for each in decisions if each.outcome == "approved"]
    silent = sum(each.needed is None for each in approved)
    if approved and silent > SILENT * len(approved):
        yield (
            f"{silent} of {len(approved)} approved escalations have no verdict: one press on “Was it needed?” teaches "
            "the next decisions."
        )
    if figures.availability.ratio < AVAILABILITY_TARGET:
        yield "Riskbot itself was away too long: see the outages in the log, and run a second replica."


def _about_rates(figures: EscalationReview, limits: IndicatorSettings) -> Iterator[str]:
    past = figures.past
    if is_above(past.unneeded, limits.false_positive_ratio, limits.minimum_samples):
        worst = max(figures.criteria, key=lambda each: each.unneeded, default=None)
        if worst is not None and worst.unneeded:
            yield (
                f"Raise the threshold of {worst.name}, or lower its weight: it counted in {worst.unneeded} of those "
                "that were not needed."
            )
        else:
            yield "Raise escalation.decision_line: too many escalations are not needed."
    if is_above(past.troubled, limits.false_negative_ratio, limits.minimum_samples):
        yield "Lower escalation.decision_line, or raise a weight: too many tasks went wrong that were not escalated."


def _about_time(figures: EscalationReview, limits: IndicatorSettings) -> Iterator[str]:
    for tier in figures.tiers:
        left = tier.asked - tier.decided
        if tier.asked >= TIER_SAMPLES and Decimal(left) > Decimal(str(SLOW_TIER)) * tier.asked:
            yield (
                f"The tier {tier.name} left {left} of {tier.asked} requests undecided: add people to its roles, or "
                "shorten its time so that the next one is asked sooner."
            )
    if figures.median_wait is not None and figures.median_wait > limits.approval_time:
        yield "Approvals are slower than their target: an earlier reminder in the first tier is the cheapest change."
    expired = dict(figures.outcomes).get("expired", 0)
    if expired:
        yield f"{expired} expired without an answer: make sure that somebody is on duty in every tier."
