"""Using an approval: once, in time, for what was approved."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.errors import Conflict, NotFound
from bot.services.approvals.settle import settle
from bot.services.approvals.terms import ApprovalTerms, Changed
from bot.store import approval_people, approval_votes, approvals, audit, cards, due, executions
from bot.store.approvals import APPROVAL
from bot.store.database import Transaction
from bot.store.due import DueKind, DueRow
from riskengine.response.approvals import execution as rules
from riskengine.response.approvals.execution import OPEN_STATES, Execution, ExecutionReport, ExecutionStatus
from riskengine.response.approvals.refusals import Reason, Refusal


class Begun(NamedTuple):
    """The execution that has begun, or why none may."""

    execution: Execution | None
    refusal: Refusal | None


def begin_execution(tx: Transaction, request_id: int, payload_hash: str, by: str, terms: ApprovalTerms) -> Begun:
    """Use the approval up. The execution's id is the provider's idempotency key. Raises NotFound."""
    request = approvals.lock_one(tx, request_id)
    if request is None:
        raise NotFound(f"There is no approval request {request_id}.")
    step = rules.begin(request, payload_hash, executions.of_request(tx, request_id), tx.now)
    facts = approval_people.facts(tx, request.policy.roles, terms.people.groups_cached_for)
    changed = Changed(request, step.request, step.events)
    settle(tx, [changed], approval_votes.votes_of(tx, [request_id]), facts, terms)
    if step.refusal is not None:
        return Begun(None, step.refusal)
    started = executions.start(tx, request_id, payload_hash)
    if started is None:
        return Begun(None, Refusal(Reason.EXECUTED_ALREADY, step.request, at=tx.now, word=ExecutionStatus.STARTED))
    due.schedule(tx, DueKind.LOSE_EXECUTION, [started.id], tx.now + terms.settings.execution_lost_after)
    _tell(tx, started, audit.actor(by), "approval_execution_started")
    return Begun(started, None)


class Ended(NamedTuple):
    """An execution that is over; new unless the same was reported before."""

    execution: Execution
    is_new: bool


def end_execution(tx: Transaction, execution_id: int, report: ExecutionReport, by: str) -> Ended:
    """Take note of how it ended. Raises NotFound, and Conflict when it had ended otherwise."""
    execution = executions.lock(tx, execution_id)
    if execution is None:
        raise NotFound(f"There is no execution {execution_id}.")
    if execution.status is report.status:
        return Ended(execution, is_new=False)
    if execution.status not in OPEN_STATES:
        raise Conflict(f"Execution {execution_id} is {execution.status}; it cannot become {report.status}.")
    due.cancel(tx, DueKind.LOSE_EXECUTION, [execution_id])
    return Ended(_end(tx, execution, audit.actor(by), **dict(report)), is_new=True)


def lose_executions(tx: Transaction, rows: Sequence[DueRow]) -> None:
    """Nobody said how these ended: they may have had their effect, so none is run again by itself."""
    for row in rows:
        execution = executions.lock(tx, row.subject_id)
        if execution is not None and execution.status is ExecutionStatus.STARTED:
            detail = "nobody reported its end in time"
            _end(tx, execution, audit.SYSTEM, status=ExecutionStatus.UNKNOWN, detail=detail)


def _end(tx: Transaction, execution: Execution, by: str, **ending: Any) -> Execution:
    ended = execution.model_copy(update={**ending, "ended_at": tx.now})
    executions.change(tx, execution, **ending, ended_at=tx.now)
    _tell(tx, ended, by, f"approval_execution_{ended.status}")
    return ended


def _tell(tx: Transaction, execution: Execution, by: str, verb: str) -> None:
    """The card shows how it goes on."""
    audit.record(tx, [audit.Entry(by, verb, APPROVAL, execution.request_id, {"execution": execution.id})])
    revision = approvals.raise_revision(tx, execution.request_id)
    cards.bump(tx, APPROVAL, {execution.request_id: revision})
