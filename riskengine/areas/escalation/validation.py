"""Is the decision probably wrong? From what became of similar tasks, and from what it rests on."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from riskengine.areas.escalation.criteria import plain
from riskengine.areas.escalation.findings import CriterionFinding, DecisionWarning, FallbackFinding, WarningKind
from riskengine.areas.escalation.history import PastOutcomes, Share
from riskengine.areas.escalation.settings import EscalationCriteria, ValidationSettings


def validate(
    score: Decimal,
    line: Decimal,
    criteria: Sequence[CriterionFinding],
    fallbacks: Sequence[FallbackFinding],
    past: PastOutcomes,
    settings: EscalationCriteria,
) -> tuple[DecisionWarning, ...]:
    """Every ground to doubt the decision."""
    if score < line:
        return tuple(_false_negative(past, settings.validation))
    return (*_false_positive(past, settings.validation), *_rests_on_the_border(score, line, criteria, fallbacks))


def _false_positive(past: PastOutcomes, limits: ValidationSettings) -> Iterator[DecisionWarning]:
    if _probable(past.unneeded, limits.false_positive_ratio, limits):
        yield DecisionWarning(
            kind=WarningKind.PROBABLE_FALSE_POSITIVE,
            detail=f"Of similar tasks that were approved, {past.unneeded.words} were judged unneeded afterwards.",
        )


def _false_negative(past: PastOutcomes, limits: ValidationSettings) -> Iterator[DecisionWarning]:
    if _probable(past.troubled, limits.false_negative_ratio, limits):
        yield DecisionWarning(
            kind=WarningKind.PROBABLE_FALSE_NEGATIVE,
            detail=f"Of similar tasks that were not escalated, {past.troubled.words} failed or were revised.",
        )


def _probable(share: Share, ratio: Decimal, limits: ValidationSettings) -> bool:
    """By the interval's lower end: two of two convince nobody, nine of ten do."""
    return share.total >= limits.minimum_similar and share.interval.low >= ratio


def _rests_on_the_border(
    score: Decimal, line: Decimal, criteria: Sequence[CriterionFinding], fallbacks: Sequence[FallbackFinding]
) -> Iterator[DecisionWarning]:
    """One borderline criterion alone decides: without it the task would not be escalated."""
    counted = [each for each in criteria if each.counted]
    if any(each.counted for each in fallbacks):
        return
    for each in counted:
        if _is_shaky(each, counted) and score - each.weight < line:
            yield DecisionWarning(
                kind=WarningKind.PROBABLE_FALSE_POSITIVE,
                detail=f"It rests on {each.name}, which just reaches its threshold ({each.words}); without it the "
                f"score would be {plain(score - each.weight)}.",
            )


def _is_shaky(criterion: CriterionFinding, counted: Sequence[CriterionFinding]) -> bool:
    """Estimates may well be a little off; services were counted, so that only beside nothing else they are doubtful."""
    return criterion.is_borderline and (not isinstance(criterion.value, int) or len(counted) == 1)
