"""Using an approved escalation: begun once with the very payload that was approved, and its end reported."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.errors import Conflict
from bot.services.approvals import words
from bot.services.approvals.execution import begin_execution, end_execution
from bot.services.approvals.terms import ApprovalTerms
from bot.services.escalations import need
from bot.services.escalations.state import EscalationState, row_of, state_of
from bot.store import approval_lookups, cards, executions, outbox
from bot.store.approvals import APPROVAL
from bot.store.database import Bell, Transaction
from bot.store.escalations import ESCALATION
from bot.store.outbox import Note
from riskengine.pricing import TaskEstimates
from riskengine.response.approvals.execution import Execution, ExecutionReport
from riskengine.response.approvals.refusals import Refusal

_SLACKS_MOMENT = re.compile(r"<!date\^[^|>]*\|([^>]*)>")


class NotDone(Conflict):
    """The escalation is in no state for this."""

    code = "not_done"
    hint = "GET /v1/escalations/{id} shows how it stands."


def request_of(tx: Transaction, escalation_id: int) -> int:
    """Its approval request. Raises NotFound, and NotDone where none was needed."""
    row = row_of(tx, escalation_id)
    if row["request_id"] is None:
        hint = "Run the task on the default model."
        raise NotDone(f"Escalation {escalation_id} was not needed, so nobody was asked.", hint=hint)
    return int(row["request_id"])


def begin(
    tx: Transaction, escalation_id: int, payload_hash: str, by: str, terms: ApprovalTerms
) -> EscalationState | Refusal:
    """Use the approval up. A refusal is returned, not raised: what was due meanwhile stays written. Raises NotFound."""
    begun = begin_execution(tx, request_of(tx, escalation_id), payload_hash, by, terms)
    tx.ring(Bell.ESCALATIONS)
    return begun.refusal or state_of(tx, escalation_id)


def end(
    tx: Transaction, escalation_id: int, report: ExecutionReport, by: str, ask_need_after: timedelta
) -> EscalationState:
    """Take note of how it ended. Raises NotFound, and Conflict when it was not begun or ended otherwise."""
    request_id = request_of(tx, escalation_id)
    execution = executions.of_request(tx, request_id)
    if execution is None:
        hint = "POST /v1/escalations/{id}/execute begins it."
        raise NotDone(f"Escalation {escalation_id} was not executed yet.", hint=hint)
    ended = end_execution(tx, execution.id, report, by)
    if ended.is_new:
        _tell(tx, ended.execution, row_of(tx, escalation_id))
        need.plan(tx, [escalation_id], ask_need_after)
    return state_of(tx, escalation_id)


def _tell(tx: Transaction, execution: Execution, row: Mapping[str, Any]) -> None:
    """In the thread of the request, where people approved it."""
    request = approval_lookups.by_id(tx, execution.request_id)
    thread = cards.card_in(tx, APPROVAL, {request.id: request.channel}).get(request.id) if request else None
    if thread is None:
        return
    # The models that the card names.
    prices = TaskEstimates.model_validate(row["decision"]["prices"])
    payload = {
        "title": row["task"]["title"],
        "status": execution.status,
        "outcome": execution.outcome or "",
        "fell_back": execution.fell_back,
        "detail": execution.detail,
        "default_model": prices.default.runs_as,
        "stronger_model": prices.stronger.runs_as,
    }
    key = f"{ESCALATION}:executed:{execution.id}:{execution.status}"
    outbox.enqueue(tx, [Note(key, "escalations/executed", ESCALATION, row["id"], payload, thread_of=thread)])


def refused(refusal: Refusal, by: str) -> NotDone:
    """For a program: moments stand in UTC, where Slack would show the reader's own time."""
    return NotDone(_SLACKS_MOMENT.sub(r"\1", words.refused(refusal, by)))
