"""Using an approval: once, in time, and only for what was approved."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from riskengine.response.approvals import timers
from riskengine.response.approvals.refusals import Reason
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus
from riskengine.response.approvals.transitions import Transition


class ExecutionStatus(StrEnum):
    """Where the one execution of an approval stands."""

    #: Approved and not begun; there is no row yet.
    READY = "ready"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    #: Begun, and nobody said how it ended: it may have had its effect, so it is not run again.
    UNKNOWN = "unknown"


#: From which states an execution may still be reported as ended; a late report tells more than *unknown*.
OPEN_STATES = (ExecutionStatus.STARTED, ExecutionStatus.UNKNOWN)
ENDS = (ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED)


class Execution(BaseModel):
    """The one use of an approval; its id is the provider's idempotency key."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    request_id: int
    payload_hash: str
    status: ExecutionStatus
    started_at: datetime
    ended_at: datetime | None
    detail: str


def begin(request: ApprovalRequest, payload_hash: str, earlier: Execution | None, now: datetime) -> Transition:
    """Whether it may be executed now; a refusal says why not."""
    before = timers.advance(request, now)
    request = before.request
    if request.is_pending:
        return before.refused(Reason.NOT_YET_APPROVED)
    if request.status is not ApprovalStatus.APPROVED:
        return before.refused(Reason.OVER, request.decided_by or "", request.decided_at)
    if earlier is not None:
        return before.refused(Reason.EXECUTED_ALREADY, at=earlier.started_at, word=earlier.status)
    if request.valid_until is None or now >= request.valid_until:
        return before.refused(Reason.LAPSED, at=request.valid_until)
    if payload_hash != request.subject_hash:
        return before.refused(Reason.OTHER_CONTENT)
    return before
