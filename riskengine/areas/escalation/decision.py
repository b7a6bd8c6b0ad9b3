"""Shall this task go to the stronger model? One function for programs, people and the command line."""

from collections.abc import Sequence
from decimal import Decimal

from riskengine.areas.escalation.advice import recommend
from riskengine.areas.escalation.confidence import confidence, missing
from riskengine.areas.escalation.criteria import judge_criteria, judge_fallbacks, plain
from riskengine.areas.escalation.findings import CriterionFinding, Decision, Fallback, FallbackFinding, WarningKind
from riskengine.areas.escalation.history import PastOutcomes
from riskengine.areas.escalation.settings import EscalationCriteria
from riskengine.areas.escalation.task import EscalationTask
from riskengine.areas.escalation.validation import validate


def decide(
    task: EscalationTask,
    settings: EscalationCriteria | None = None,
    past: PastOutcomes | None = None,
    *,
    tightened_by: str = "",
) -> Decision:
    """Weigh the task; nothing is rounded: 0.3 + 0.2 reaches 0.5.

    `tightened_by` names the cost control that asks for more, while there is one; emergencies are exempt from it.
    """
    settings = settings or EscalationCriteria()
    criteria = judge_criteria(task, settings.criteria, settings.validation)
    fallbacks = judge_fallbacks(task, settings.fallbacks)
    tightened = bool(tightened_by) and not _is_emergency(fallbacks)
    line = settings.line(tightened=tightened)
    score = _score(criteria, fallbacks, max(settings.fallbacks.floor, line))
    warnings = validate(score, line, criteria, fallbacks, past or PastOutcomes(), settings)
    return Decision(
        escalate=score >= line,
        score=score,
        confidence=confidence(task, score, settings, criteria, fallbacks, tightened=tightened),
        reason=_reason(task, score, line, criteria, fallbacks) + _control(tightened_by, settings, tightened=tightened),
        criteria=criteria,
        fallbacks=fallbacks,
        warnings=warnings,
        review_first=any(each.kind == WarningKind.PROBABLE_FALSE_POSITIVE for each in warnings),
        recommendations=recommend(task, score, line, criteria, fallbacks, warnings, settings),
    )


def _is_emergency(fallbacks: Sequence[FallbackFinding]) -> bool:
    return any(each.counted for each in fallbacks if each.name is Fallback.EMERGENCY_CONDITIONS)


def _control(tightened_by: str, settings: EscalationCriteria, *, tightened: bool) -> str:
    """What cost control has to do with it."""
    if not tightened_by:
        return ""
    if not tightened:
        return f" Emergencies are exempt from {tightened_by}."
    return (
        f" The line is {plain(settings.tightened_line)} in place of {plain(settings.decision_line)} by {tightened_by}."
    )


def _weighed(criteria: Sequence[CriterionFinding]) -> Decimal:
    return sum((each.weight for each in criteria if each.counted), Decimal(0))


def _score(criteria: Sequence[CriterionFinding], fallbacks: Sequence[FallbackFinding], floor: Decimal) -> Decimal:
    weighed = _weighed(criteria)
    return max(weighed, floor) if any(each.counted for each in fallbacks) else weighed


def _reason(
    task: EscalationTask,
    score: Decimal,
    line: Decimal,
    criteria: Sequence[CriterionFinding],
    fallbacks: Sequence[FallbackFinding],
) -> str:
    """Names every criterion that counted, with its value against its threshold."""
    reaches = f"reaches the decision line {plain(line)}" if score >= line else f"stays below the line {plain(line)}"
    said = [f"{'Escalate' if score >= line else 'Do not escalate'}: the score {plain(score)} {reaches}."]
    counted = [f"{each.name} {plain(each.weight)} ({each.words})" for each in criteria if each.counted]
    said.append(f"Counted: {'; '.join(counted)}." if counted else "No criterion counted.")
    lifting = [f"{each.name} ({each.detail})" for each in fallbacks if each.counted]
    if lifting:
        lifted = score > _weighed(criteria)
        said.append(f"{'Lifted by' if lifted else 'Also'}: {'; '.join(lifting)}.")
    if absent := missing(task):
        said.append(f"Not told: {', '.join(absent)}.")
    return " ".join(said)
