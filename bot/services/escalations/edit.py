"""Edits a pending escalation: its new version is decided on again, and put before people from the first tier on."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Conflict
from bot.services.approvals import respond
from bot.services.approvals.respond import Press
from bot.services.approvals.terms import ApprovalTerms
from bot.services.escalations import use
from bot.services.escalations.ask import Wanted, content_of, is_same, record_decision
from bot.services.escalations.state import EscalationState, row_of, state_of
from bot.store import escalations as store
from bot.store.database import Transaction
from riskengine.areas.escalation import EscalationTask
from riskengine.response.approvals.refusals import Refusal


class NotAnEdit(Conflict):
    """What was sent is another request, which people have to be asked about anew."""

    code = "not_an_edit"
    hint = "Withdraw this escalation, and ask anew with POST /v1/escalations."


def edit(
    tx: Transaction, escalation_id: int, wanted: Wanted, delivery_id: str, terms: ApprovalTerms
) -> EscalationState | Refusal:
    """Votes on the version before are void, the hard deadline stays; what is the same already changes nothing.

    A refusal is returned, not raised: what was due meanwhile stays written. Raises NotFound, NotDone and NotAnEdit.
    """
    request_id, row = use.request_of(tx, escalation_id), row_of(tx, escalation_id)
    _check(row, wanted)
    if is_same(row, wanted.task, wanted.payload_hash):
        return state_of(tx, escalation_id)
    press = Press(user_id=wanted.by, request_id=request_id, delivery_id=delivery_id)
    done = respond.edit(tx, press, wanted.task.title, wanted.payload_hash, terms)
    if done.refusal is not None:
        return done.refusal
    if done.changed:
        store.change(tx, escalation_id, **content_of(wanted))
        record_decision(tx, escalation_id, wanted)
    return state_of(tx, escalation_id)


def _check(row: Mapping[str, Any], wanted: Wanted) -> None:
    """An edit may not change whose task it is, nor whether, or by which policy, people are asked."""
    before, task = EscalationTask.model_validate(row["task"]), wanted.task
    for name in ("task_id", "requester"):
        if getattr(before, name) != getattr(task, name):
            raise NotAnEdit(f"An edit keeps the {name} of escalation {row['id']}, which is {getattr(before, name)!r}.")
    if before.needs_emergency_tier != task.needs_emergency_tier:
        raise NotAnEdit(f"Escalation {row['id']} keeps its policy: an edit makes no emergency of it, and ends none.")
    if not wanted.decision.escalate:
        raise NotAnEdit(f"Edited like this, escalation {row['id']} is not needed: {wanted.decision.reason}")
