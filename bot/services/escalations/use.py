"""Using an approved escalation: begun once with the very payload that was approved, and its end reported."""

import re

from bot.errors import Conflict
from bot.services.approvals import words
from bot.services.approvals.execution import begin_execution, end_execution
from bot.services.approvals.terms import ApprovalTerms
from bot.services.escalations.state import EscalationState, row_of, state_of
from bot.store import executions
from bot.store.database import Bell, Transaction
from riskengine.response.approvals.execution import ExecutionStatus
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


def end(tx: Transaction, escalation_id: int, status: ExecutionStatus, detail: str, by: str) -> EscalationState:
    """Take note of how it ended. Raises NotFound, and Conflict when it was not begun or ended otherwise."""
    execution = executions.of_request(tx, request_of(tx, escalation_id))
    if execution is None:
        hint = "POST /v1/escalations/{id}/execute begins it."
        raise NotDone(f"Escalation {escalation_id} was not executed yet.", hint=hint)
    end_execution(tx, execution.id, status, detail, by)
    return state_of(tx, escalation_id)


def refused(refusal: Refusal, by: str) -> NotDone:
    """For a program: moments stand in UTC, where Slack would show the reader's own time."""
    return NotDone(_SLACKS_MOMENT.sub(r"\1", words.refused(refusal, by)))
