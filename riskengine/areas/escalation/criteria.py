"""The weighted criteria and the fallbacks: each looks at the task alone and says what it found."""

from collections.abc import Iterable
from decimal import Decimal

from riskengine.areas.escalation.findings import Criterion, CriterionFinding, Fallback, FallbackFinding
from riskengine.areas.escalation.settings import (
    ArchitecturalComplexity,
    CriteriaSettings,
    FallbackSettings,
    MultiServiceImpact,
    PerformanceCritical,
    ValidationSettings,
)
from riskengine.areas.escalation.task import EscalationTask

_Thresholds = MultiServiceImpact | PerformanceCritical | ArchitecturalComplexity


def plain(number: Decimal | int) -> str:
    """A number without an exponent and without zeros at its end."""
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spelled_alike(name: str) -> str:
    """`System_Wide` and `system-wide` are one type."""
    return name.strip().casefold().replace("_", "-")


def among(told: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names that were told, in the spelling of the settings."""
    folded = {spelled_alike(name) for name in told}
    return tuple(name for name in known if spelled_alike(name) in folded)


def judge_criteria(
    task: EscalationTask, settings: CriteriaSettings, validation: ValidationSettings
) -> tuple[CriterionFinding, ...]:
    """All four, counted or not."""
    margin = validation.borderline_ratio
    return (
        _multi_service(task, settings, margin),
        _security(task, settings),
        _performance(task, settings, margin),
        _complexity(task, settings, margin),
    )


def _multi_service(task: EscalationTask, settings: CriteriaSettings, margin: Decimal) -> CriterionFinding:
    limits = settings.multi_service_impact
    count = None if task.services is None else len(task.services)
    told = f"{count} {'service' if count == 1 else 'services'}"
    return _measured(Criterion.MULTI_SERVICE_IMPACT, count, limits, margin, told)


def _security(task: EscalationTask, settings: CriteriaSettings) -> CriterionFinding:
    limits = settings.security_critical
    critical = among(task.security_types or (), limits.types)
    told = ", ".join(critical or task.security_types or ()) or "of no security type"
    return CriterionFinding(
        name=Criterion.SECURITY_CRITICAL,
        counted=bool(critical),
        weight=limits.weight,
        value=task.security_types,
        threshold=limits.types,
        words=f"{told}, counts for {', '.join(limits.types)}",
    )


def _performance(task: EscalationTask, settings: CriteriaSettings, margin: Decimal) -> CriterionFinding:
    ratio = task.required_performance_ratio
    told = "" if ratio is None else f"needs {plain(ratio)} times the default model's performance"
    return _measured(Criterion.PERFORMANCE_CRITICAL, ratio, settings.performance_critical, margin, told)


def _complexity(task: EscalationTask, settings: CriteriaSettings, margin: Decimal) -> CriterionFinding:
    score = task.complexity_score
    told = "" if score is None else f"complexity {plain(score)}"
    return _measured(Criterion.ARCHITECTURAL_COMPLEXITY, score, settings.architectural_complexity, margin, told)


def _measured(
    name: Criterion, value: Decimal | int | None, limits: _Thresholds, margin: Decimal, told: str
) -> CriterionFinding:
    """A criterion that counts from a threshold on."""
    return CriterionFinding(
        name=name,
        counted=value is not None and value >= limits.threshold,
        weight=limits.weight,
        value=value,
        threshold=limits.threshold,
        words="" if value is None else f"{told}, counts from {plain(limits.threshold)}",
        is_borderline=value is not None and _is_borderline(Decimal(value), Decimal(limits.threshold), margin),
    )


def _is_borderline(value: Decimal, threshold: Decimal, margin: Decimal) -> bool:
    return threshold <= value <= threshold * (1 + margin)


def judge_fallbacks(task: EscalationTask, settings: FallbackSettings) -> tuple[FallbackFinding, ...]:
    """All three, counted or not."""
    override = ["somebody asked for it whatever the criteria say"] if task.manual_override else []
    return (
        _fallback(Fallback.MANUAL_OVERRIDE, override, "nobody asked for it"),
        _fallback(Fallback.EMERGENCY_CONDITIONS, _emergencies(task, settings), "none"),
        _fallback(Fallback.QUALITY_CONCERNS, _concerns(task, settings), "none of high severity"),
    )


def _fallback(name: Fallback, grounds: list[str], otherwise: str) -> FallbackFinding:
    return FallbackFinding(name=name, counted=bool(grounds), detail="; ".join(grounds) or otherwise)


def _emergencies(task: EscalationTask, settings: FallbackSettings) -> list[str]:
    grounds = list(among(task.security_types or (), settings.emergency_security_types))
    if task.production_outage:
        grounds.append("a production outage")
    if task.emergency:
        grounds.append("the requester's emergency flag")
    return grounds


def _concerns(task: EscalationTask, settings: FallbackSettings) -> list[str]:
    grounds = list(task.quality_concerns or ())
    if task.quality_critical:
        grounds.append("the task is marked quality-critical")
    if task.task_type and among([task.task_type], settings.quality_critical_task_types):
        grounds.append(f"tasks of type {task.task_type} are quality-critical")
    return grounds
