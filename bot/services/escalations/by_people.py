"""Escalations that people ask for in Slack: shown to them, and asked for again where the criteria spoke against it."""

from typing import Any, NamedTuple

from bot.errors import NotFound
from bot.services.escalations.forms import with_reason
from bot.services.escalations.state import EscalationState, state_of
from bot.store import escalations as store
from bot.store.database import Transaction
from riskengine.areas.escalation import EscalationTask


class Shown(NamedTuple):
    """One escalation with what it is about."""

    task: EscalationTask
    #: A user's id or `token:NAME`.
    by: str
    #: Its approval request; 0 where nobody was asked.
    request_id: int
    state: EscalationState


def shown(tx: Transaction, escalation_id: int) -> Shown:
    """Raises NotFound."""
    state = state_of(tx, escalation_id)
    row = _row(tx, escalation_id)
    return Shown(EscalationTask.model_validate(row["task"]), row["created_by"], row["request_id"] or 0, state)


def overridden(tx: Transaction, escalation_id: int, by: str, reason: str) -> EscalationTask:
    """The task once more, to be escalated whatever the criteria say. Raises NotFound for what is not this person's."""
    row = _row(tx, escalation_id)
    if row["created_by"] != by:
        raise NotFound(f"Escalation {escalation_id} is not yours.", hint="Ask with a form of your own.")
    task = EscalationTask.model_validate(row["task"])
    told = with_reason(task.summary or "", "Asked for all the same", reason)
    return task.model_copy(update={"manual_override": True, "summary": told})


def _row(tx: Transaction, escalation_id: int) -> dict[str, Any]:
    row = store.by_id(tx, escalation_id)
    if row is None:
        raise NotFound(f"There is no escalation {escalation_id}.")
    return row
