"""Escalations that people ask for in Slack: shown, changed, and asked for again where the criteria spoke against it."""

from typing import Any, NamedTuple

from bot.errors import NotFound
from bot.services.approvals import respond, words
from bot.services.approvals.respond import Outcome, Press
from bot.services.approvals.terms import ApprovalTerms
from bot.services.escalations.forms import with_reason
from bot.services.escalations.state import EscalationState, state_of
from bot.store import approval_lookups
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


def task_of_request(tx: Transaction, request_id: int) -> EscalationTask:
    """Raises NotFound."""
    request = approval_lookups.by_id(tx, request_id)
    if request is None or request.subject_kind != store.ESCALATION:
        raise NotFound(f"Approval request {request_id} is about no escalation.")
    return EscalationTask.model_validate(_row(tx, request.subject_id)["task"])


def reword(tx: Transaction, press: Press, title: str, summary: str, terms: ApprovalTerms) -> Outcome:
    """The requester says it in other words: votes are void, and the first tier is asked anew."""
    request = approval_lookups.by_id(tx, press.request_id)
    if request is None or request.subject_kind != store.ESCALATION:
        return Outcome(changed=False, text=words.GONE)
    row = _row(tx, request.subject_id)
    task = EscalationTask.model_validate(row["task"])
    changed = task.model_copy(update={"title": title, "summary": summary or None})
    if changed == task:
        return Outcome(changed=False, text="It says the same as before, so its votes stand. Nothing was changed.")
    outcome = respond.edit(tx, press, title, row["payload_hash"], terms)
    if outcome.changed:
        store.change(tx, row["id"], task=changed.model_dump(mode="json", exclude={"payload"}, exclude_none=True))
    return outcome


def _row(tx: Transaction, escalation_id: int) -> dict[str, Any]:
    row = store.by_id(tx, escalation_id)
    if row is None:
        raise NotFound(f"There is no escalation {escalation_id}.")
    return row
