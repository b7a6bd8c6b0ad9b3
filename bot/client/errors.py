"""Why something did not run. Programs catch one of these, or all by ApprovalError."""

from bot.client.shapes import Escalation
from riskengine.areas.escalation.status import EscalationStatus
from riskengine.response.approvals.execution import ExecutionOutcome


class ApprovalError(Exception):
    """There is no approval, so nothing was run."""


class ApprovalUnavailable(ApprovalError):
    """riskbot could not be asked, did not answer in time, or refused; whether people approve is not known."""

    def __init__(self, message: str, *, status_code: int | None = None) -> None:
        super().__init__(message)
        #: Of the answer that refused; None where there was no answer.
        self.status_code = status_code


class ApprovalDenied(ApprovalError):
    """The request is over without an approval."""

    def __init__(self, escalation: Escalation) -> None:
        why = f": {escalation.comment}" if escalation.comment else ""
        by = f" by {escalation.decided_by}" if escalation.decided_by else ""
        super().__init__(f"Escalation {escalation.id} is {escalation.status}{by}{why}. Nothing was run.")
        self.escalation = escalation


class ApprovalRejected(ApprovalDenied):
    """Somebody said no."""


class ApprovalExpired(ApprovalDenied):
    """Nobody decided in time."""


class ApprovalWithdrawn(ApprovalDenied):
    """Whoever asked took it back."""


class ApprovalNotNeeded(ApprovalDenied):
    """The criteria speak against escalating, so nobody was asked: do the task on the default model."""


class FailedValidation(Exception):
    """Raised by a guarded function: what the stronger model gave is not good enough. The words are told to people."""

    outcome = ExecutionOutcome.FAILED_VALIDATION


class ModelUnavailable(Exception):
    """Raised by a guarded function: neither the model nor any provider of it answers. The words are told to people."""

    outcome = ExecutionOutcome.UNAVAILABLE


#: What each end means for whoever waited; an approval is none of them.
DENIALS: dict[EscalationStatus, type[ApprovalDenied]] = {
    EscalationStatus.NOT_NEEDED: ApprovalNotNeeded,
    EscalationStatus.REJECTED: ApprovalRejected,
    EscalationStatus.EXPIRED: ApprovalExpired,
    EscalationStatus.WITHDRAWN: ApprovalWithdrawn,
}
