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
)
from bot.client.guard import requires_approval
from bot.client.shapes import Decision, Escalation, Execution, Status

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
    "Execution",
    "RiskbotClient",
    "Status",
    "requires_approval",
    "verify_callback",
]
