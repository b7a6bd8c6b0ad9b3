"""A task as a person types it: every mistake is told at its field, by the same rules that programs meet."""

from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import ValidationError

from riskengine.areas.escalation import EscalationTask
from riskengine.areas.escalation.task import SUMMARY_LENGTH


class Field(StrEnum):
    """What a person fills in."""

    TITLE = "title"
    SUMMARY = "summary"
    SERVICES = "services"
    SECURITY = "security_types"
    COMPLEXITY = "complexity_score"
    PERFORMANCE = "required_performance_ratio"
    ROLE = "role"
    QUALITY = "quality_concerns"
    EMERGENCY = "emergency"


class Flag(StrEnum):
    """What a person ticks; the words are the task's own."""

    EMERGENCY = "emergency"
    PRODUCTION_OUTAGE = "production_outage"
    QUALITY_CRITICAL = "quality_critical"


class TaskForm(NamedTuple):
    """What a person entered; nothing of it is checked."""

    title: str
    summary: str = ""
    #: Separated by commas or lines.
    services: str = ""
    security_types: tuple[str, ...] = ()
    complexity: str = ""
    performance: str = ""
    role: str = ""
    #: One reason a line.
    quality: str = ""
    flags: frozenset[Flag] = frozenset()
    #: What the emergency is.
    emergency: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether it wakes the emergency approvers."""
        return bool(self.flags & {Flag.EMERGENCY, Flag.PRODUCTION_OUTAGE})


Problems = dict[Field, str]


def task_of(form: TaskForm, task_id: str) -> EscalationTask | Problems:
    """The task that a program would send; empty fields were not told. Else what is wrong, and where."""
    problems = _emergency_explained(form)
    try:
        task = EscalationTask.model_validate({"task_id": task_id, **_fields(form)})
    except ValidationError as error:
        return {**problems, **_faults(error)}
    return problems or task


def _emergency_explained(form: TaskForm) -> Problems:
    if form.is_urgent and not form.emergency.strip():
        return {Field.EMERGENCY: "Say what the emergency is: whoever is called for it reads this first."}
    if form.emergency.strip() and not form.is_urgent:
        return {Field.EMERGENCY: "Tick that it is an emergency or an outage above, or leave this empty."}
    return {}


def _fields(form: TaskForm) -> dict[str, Any]:
    told = {
        Field.TITLE: form.title.strip(),
        Field.SUMMARY: _summary(form),
        Field.SERVICES: _listed(form.services.replace(",", "\n")),
        Field.SECURITY: form.security_types,
        Field.COMPLEXITY: _number(form.complexity),
        Field.PERFORMANCE: _number(form.performance),
        Field.ROLE: form.role.strip(),
        Field.QUALITY: _listed(form.quality),
    }
    # A title that is missing is a mistake of its own; all else may stay untold.
    flags = {flag.value: flag in form.flags for flag in Flag}
    return {field.value: value for field, value in told.items() if value or field is Field.TITLE} | flags


def _summary(form: TaskForm) -> str:
    return with_reason(form.summary, "Emergency", form.emergency)


def with_reason(summary: str, why: str, reason: str) -> str:
    """The summary with a reason that a person gave, which its approvers read below it."""
    if not reason.strip():
        return summary.strip()
    added = f"{why}: {reason.strip()}"
    kept = summary.strip()[: max(SUMMARY_LENGTH - len(added) - 2, 0)]
    return f"{kept}\n\n{added}".strip()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


def _number(text: str) -> str:
    """Some write a comma where others write a point."""
    return text.strip().replace(",", ".")


def _faults(error: ValidationError) -> Problems:
    faults = error.errors(include_url=False, include_input=False)
    return {_field(fault["loc"]): _sentence(fault["type"], fault["msg"]) for fault in faults}


def _field(path: tuple[int | str, ...]) -> Field:
    """The field of a fault; what no field stands for is told at the first."""
    return Field(path[0]) if path and path[0] in set(Field) else Field.TITLE


def _sentence(kind: str, words: str) -> str:
    if kind == "decimal_parsing":
        return "This is no number; write it like 0.8."
    if kind == "string_too_short":
        return "Write at least a word."
    said = words.removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
    return f"This {said}." if said.startswith(("should", "must")) else f"{said}."
