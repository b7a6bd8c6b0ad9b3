"""What to do next, beyond yes or no."""

import difflib
from collections.abc import Iterator, Sequence
from decimal import Decimal

from riskengine.areas.escalation.criteria import among, plain, spelled_alike
from riskengine.areas.escalation.findings import Criterion, CriterionFinding, DecisionWarning, FallbackFinding
from riskengine.areas.escalation.settings import EscalationCriteria
from riskengine.areas.escalation.task import EscalationTask

#: Criterion → the field that it reads.
READS = {
    Criterion.MULTI_SERVICE_IMPACT: "services",
    Criterion.SECURITY_CRITICAL: "security_types",
    Criterion.PERFORMANCE_CRITICAL: "required_performance_ratio",
    Criterion.ARCHITECTURAL_COMPLEXITY: "complexity_score",
}


def recommend(
    task: EscalationTask,
    score: Decimal,
    line: Decimal,
    criteria: Sequence[CriterionFinding],
    fallbacks: Sequence[FallbackFinding],
    warnings: Sequence[DecisionWarning],
    settings: EscalationCriteria,
) -> tuple[str, ...]:
    """In the order in which they help."""
    escalates = score >= line
    said = [
        *_misspelled(task, settings),
        *(() if escalates else _untold(score, line, criteria)),
        *_about_doubts(warnings, escalates=escalates),
        *(_about_grounds(task, criteria, fallbacks) if escalates else ()),
    ]
    if not escalates and not said:
        said.append("Run it on the default model and tell its outcome, so that later decisions learn from it.")
    return tuple(said)


def _misspelled(task: EscalationTask, settings: EscalationCriteria) -> Iterator[str]:
    known = (*settings.criteria.security_critical.types, *settings.fallbacks.emergency_security_types)
    folded = {spelled_alike(name): name for name in known}
    for name in task.security_types or ():
        near = difflib.get_close_matches(spelled_alike(name), folded, n=1, cutoff=0.8)
        if near and not among([name], known):
            yield f"Security type {name} is none that counts; if {folded[near[0]]} is meant, send it so."


def _untold(score: Decimal, line: Decimal, criteria: Sequence[CriterionFinding]) -> Iterator[str]:
    """What could still turn the answer."""
    absent = [each for each in criteria if not each.was_told]
    could_reach = score + sum((each.weight for each in absent), Decimal(0))
    if absent and could_reach >= line:
        fields = ", ".join(READS[each.name] for each in absent)
        yield f"Tell {fields}: with what is missing the score could reach {plain(could_reach)} of {plain(line)}."


def _about_doubts(warnings: Sequence[DecisionWarning], *, escalates: bool) -> Iterator[str]:
    if warnings and escalates:
        yield "Review it before approving: it is probably not needed."
    elif warnings:
        yield "Watch its outcome closely, or ask for it by manual_override: similar tasks went wrong."


def _about_grounds(
    task: EscalationTask, criteria: Sequence[CriterionFinding], fallbacks: Sequence[FallbackFinding]
) -> Iterator[str]:
    if task.needs_emergency_tier:
        yield "Approvers of the emergency policy are asked at once."
    if any(each.counted for each in fallbacks) and not any(each.counted for each in criteria):
        yield "It is escalated by a fallback alone: no criterion counted."
    if any(each.name is Criterion.MULTI_SERVICE_IMPACT and each.counted for each in criteria):
        yield "See whether it can be split by service: each part alone may suit the default model."
