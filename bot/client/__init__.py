"""riskbot for Python programs: ask people, wait for their word, and run only what they approved.

Needs httpx, pydantic and riskengine, and nothing of the bot itself.
"""

from bot.client.callbacks import Callback, verify_callback
from bot.client.client import RiskbotClient
from bot.client.errors import (
    ApprovalError,
    ApprovalExpired,
    ApprovalNotNeeded,
    ApprovalRejected,
    ApprovalUnavailable,
    ApprovalWithdrawn,
    FailedValidation,
    ModelUnavailable,
)
from bot.client.guard import requires_approval
from bot.client.shapes import Decision, Escalation, Execution
from riskengine.areas.escalation.status import EscalationStatus
from riskengine.response.approvals.execution import ExecutionOutcome

__all__ = [
    "ApprovalError",
    "ApprovalExpired",
    "ApprovalNotNeeded",
    "ApprovalRejected",
    "ApprovalUnavailable",
    "ApprovalWithdrawn",
    "Callback",
    "Decision",
    "Escalation",
    "EscalationStatus",
    "Execution",
    "ExecutionOutcome",
    "FailedValidation",
    "ModelUnavailable",
    "RiskbotClient",
    "requires_approval",
    "verify_callback",
]
