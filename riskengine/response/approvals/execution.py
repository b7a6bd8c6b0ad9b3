"""Using an approval: once, in time, and only for what was approved."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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


#: Characters of what a program says to the end of an execution.
DETAIL_LENGTH = 2_000


class ExecutionOutcome(StrEnum):
    """What became of that which was approved."""

    #: It was done, and its result passed validation.
    VALIDATED = "validated"
    #: It was done, and its result did not pass.
    FAILED_VALIDATION = "failed_validation"
    #: It, or everybody who provides it, could not be reached.
    UNAVAILABLE = "unavailable"


class ExecutionReport(BaseModel):
    """How an execution ended, as whoever ran it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal[ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED] = Field(
        description="How it ended in the end: after a fallback, how that ended."
    )
    outcome: ExecutionOutcome | None = Field(
        None, description="What became of that which was approved; absent: nobody looked."
    )
    fell_back: bool = Field(False, description="The default was used in its place, in its enhanced configuration.")
    detail: Annotated[str, Field(max_length=DETAIL_LENGTH)] = ""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        went_wrong = self.outcome in {ExecutionOutcome.FAILED_VALIDATION, ExecutionOutcome.UNAVAILABLE}
        if self.fell_back and not went_wrong:
            raise ValueError("fell_back takes the outcome failed_validation or unavailable: what made it fall back")
        if went_wrong and not self.fell_back and self.status is ExecutionStatus.SUCCEEDED:
            raise ValueError(f"{self.outcome} without fell_back is no success: send the status failed, or fell_back")
        if self.outcome is ExecutionOutcome.VALIDATED and self.status is ExecutionStatus.FAILED:
            raise ValueError("what is validated has succeeded: send the status succeeded, or another outcome")
        return self


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
    outcome: ExecutionOutcome | None = None
    fell_back: bool = False


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
