"""What asks, after the fact, whether an escalation was needed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from riskengine.areas.escalation import Need
from riskengine.response.approvals.execution import Execution, ExecutionStatus
from riskengine.response.approvals.requests import ApprovalRequest

#: How it is said what became of it.
_EXECUTED = {
    ExecutionStatus.SUCCEEDED: "It was executed and succeeded.",
    ExecutionStatus.FAILED: "It was executed and failed.",
    ExecutionStatus.UNKNOWN: "It was begun, and nobody said how it ended.",
}


class NeedCard(BaseModel):
    """The question, and the answer that counts."""

    model_config = ConfigDict(frozen=True)

    escalation_id: int
    headline: str
    title: str
    decided_by: str
    decided_at: datetime
    executed: str
    needed: Need | None
    needed_by: str
    needed_at: datetime | None


def to_card(escalation: Mapping[str, Any], request: ApprovalRequest, execution: Execution | None) -> NeedCard:
    return NeedCard(
        escalation_id=escalation["id"],
        headline=f"Was it needed? {request.title}",
        title=request.title,
        decided_by=request.decided_by or "",
        decided_at=request.decided_at or request.created_at,
        executed=_EXECUTED.get(execution.status, "") if execution else "Nobody reported that it was executed.",
        needed=escalation["needed"],
        needed_by=escalation["needed_by"] or "",
        needed_at=escalation["needed_at"],
    )
