"""How sure a decision is, from 0 to 1.

confidence = 0.4 distance + 0.3 agreement + 0.3 presence, rounded to two digits, where

- *distance* is how far the score lies from the decision line in force, over the farthest it could lie on that side:
  (score - line) / (top - line) at or above the line, top being the highest score that there is, and
  (line - score) / line below it;
- *agreement* is the share of voices that say what was decided. Each criterion whose field was told is a voice; each
  fallback that counted is one more, for escalating. Without any voice it is 0;
- *presence* is the share of the fields in `WEIGHED` that were told. An empty list was told; an absent one was not.
"""

from collections.abc import Sequence
from decimal import Decimal

from riskengine.areas.escalation.findings import CriterionFinding, FallbackFinding
from riskengine.areas.escalation.settings import EscalationCriteria
from riskengine.areas.escalation.task import EscalationTask

#: What a decision is made of. Flags are not among them: who raises none says by it that there is none.
WEIGHED = (
    "services",
    "security_types",
    "required_performance_ratio",
    "complexity_score",
    "quality_concerns",
    "role",
    "task_type",
)

_DISTANCE, _AGREEMENT, _PRESENCE = Decimal("0.4"), Decimal("0.3"), Decimal("0.3")
_HUNDREDTH = Decimal("0.01")


def confidence(
    task: EscalationTask,
    score: Decimal,
    settings: EscalationCriteria,
    criteria: Sequence[CriterionFinding],
    fallbacks: Sequence[FallbackFinding],
    *,
    tightened: bool,
) -> float:
    """By the formula of this module; escalates when the score reaches the line."""
    line = settings.line(tightened=tightened)
    escalates = score >= line
    sure = (
        _DISTANCE * _distance(score, line, settings.top)
        + _AGREEMENT * _agreement(criteria, fallbacks, escalates=escalates)
        + _PRESENCE * Decimal(len(WEIGHED) - len(missing(task))) / len(WEIGHED)
    )
    return float(sure.quantize(_HUNDREDTH))


def missing(task: EscalationTask) -> tuple[str, ...]:
    """Fields that were not told."""
    return tuple(name for name in WEIGHED if getattr(task, name) is None)


def _distance(score: Decimal, line: Decimal, top: Decimal) -> Decimal:
    if score < line:
        return (line - score) / line
    # Where the line is the top itself, a score on it could lie no farther.
    return (score - line) / (top - line) if top > line else Decimal(1)


def _agreement(
    criteria: Sequence[CriterionFinding], fallbacks: Sequence[FallbackFinding], *, escalates: bool
) -> Decimal:
    voices = [each.counted for each in criteria if each.was_told] + [True for each in fallbacks if each.counted]
    return Decimal(voices.count(escalates)) / len(voices) if voices else Decimal(0)
