"""The form of `/escalate` between what a person entered and what the services say of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.handlers.context import number_in
from bot.services.escalations.by_people import Shown
from bot.services.escalations.forms import Field, Flag, Problems, TaskForm
from bot.slack.escalate_views import AskedTier, EscalationLines
from bot.slack.ids import Input
from riskengine.areas.escalation.criteria import plain

#: Field → the input that a person fills in.
INPUTS = {
    Field.TITLE: Input.ESCALATION_TITLE,
    Field.SUMMARY: Input.ESCALATION_SUMMARY,
    Field.SERVICES: Input.ESCALATION_SERVICES,
    Field.SECURITY: Input.ESCALATION_SECURITY,
    Field.COMPLEXITY: Input.ESCALATION_COMPLEXITY,
    Field.PERFORMANCE: Input.ESCALATION_PERFORMANCE,
    Field.ROLE: Input.ESCALATION_ROLE,
    Field.QUALITY: Input.ESCALATION_QUALITY,
    Field.EMERGENCY: Input.ESCALATION_EMERGENCY,
}


def form_in(view: Mapping[str, Any], security_types: Sequence[str]) -> TaskForm:
    """What stands in a submitted form; security types travel as their number among those that were offered."""
    numbers = [number_in(each) for each in _chosen(view, Input.ESCALATION_SECURITY)]
    return TaskForm(
        title=typed_in(view, Input.ESCALATION_TITLE),
        summary=typed_in(view, Input.ESCALATION_SUMMARY),
        services=typed_in(view, Input.ESCALATION_SERVICES),
        security_types=tuple(security_types[each] for each in numbers if each < len(security_types)),
        complexity=typed_in(view, Input.ESCALATION_COMPLEXITY),
        performance=typed_in(view, Input.ESCALATION_PERFORMANCE),
        role=typed_in(view, Input.ESCALATION_ROLE),
        quality=typed_in(view, Input.ESCALATION_QUALITY),
        flags=frozenset(Flag(each) for each in _chosen(view, Input.ESCALATION_FLAGS)),
        emergency=typed_in(view, Input.ESCALATION_EMERGENCY),
    )


def reason_in(view: Mapping[str, Any]) -> str:
    return typed_in(view, Input.ESCALATION_OVERRIDE).strip()


def errors_of(problems: Problems) -> dict[str, str]:
    """What is wrong, at its input."""
    return {INPUTS[field]: problem for field, problem in problems.items()}


def lines_of(shown: Shown) -> EscalationLines:
    state = shown.state
    return EscalationLines(
        id=state.id,
        title=shown.task.title,
        asked_by=shown.by,
        status=state.status,
        score=plain(state.decision.score),
        reason=state.decision.reason,
        recommendations=state.decision.recommendations,
        request_id=shown.request_id,
        tiers=tuple(
            AskedTier(each.name, number <= state.tier, each.opens_at, each.deadline_at, each.approvers)
            for number, each in enumerate(state.tiers, start=1)
        ),
        decided_by=state.decided_by or "",
        decided_at=state.decided_at,
        comment=state.comment or "",
        execution=state.execution.status if state.execution else "",
    )


def _entered(view: Mapping[str, Any], name: Input) -> Mapping[str, Any]:
    found: Mapping[str, Any] = view["state"]["values"].get(name, {}).get(name, {})
    return found


def typed_in(view: Mapping[str, Any], name: Input) -> str:
    return str(_entered(view, name).get("value") or "")


def _chosen(view: Mapping[str, Any], name: Input) -> list[str]:
    return [str(each["value"]) for each in _entered(view, name).get("selected_options") or ()]
