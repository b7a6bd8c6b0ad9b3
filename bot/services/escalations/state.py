"""An escalation as programs see it: read in one transaction, told the same way by GET, long poll and callback."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import NotFound
from bot.store import approval_lookups, audit
from bot.store import escalations as store
from bot.store.approvals import APPROVAL
from bot.store.database import Transaction
from bot.store.escalations import ESCALATION
from riskengine.areas.escalation import Decision, EscalationStatus
from riskengine.response.approvals.execution import ExecutionOutcome, ExecutionStatus
from riskengine.response.approvals.reports import ApprovalDetail
from riskengine.response.approvals.requests import ApprovalStatus
from riskengine.response.reports import Recorded

#: Moments that an escalation's timeline shows at most.
LONGEST_TIMELINE = 200


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class ShownTier(_Shown):
    name: str
    opens_at: datetime
    deadline_at: datetime
    approvers: tuple[str, ...] = Field(description="Slack ids, delegates in place of those who are away.")


class ShownExecution(_Shown):
    """The one use of the approval; absent while there is none to use."""

    id: int | None = Field(None, description="The idempotency key for whatever executes it; absent while `ready`.")
    status: ExecutionStatus
    valid_until: datetime | None = Field(None, description="An approval not used by then has lapsed.")
    started_at: datetime | None = None
    ended_at: datetime | None = None
    detail: str | None = None
    outcome: ExecutionOutcome | None = Field(None, description="What became of that which was approved, if told.")
    fell_back: bool | None = Field(None, description="True when the default was used in its place.")


class Moment(_Shown):
    at: datetime
    event: str
    by: str = Field(description="`slack:ID`, `token:NAME` or `system`.")
    tier: int | None = None


class EscalationState(_Shown):
    """Where an escalation stands; what does not apply is absent."""

    id: int
    status: EscalationStatus
    decision: Decision
    tier: int = Field(description="The tier that was asked last, from 1 on; 0 where nobody was asked.")
    tiers: tuple[ShownTier, ...]
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str | None = None
    execution: ShownExecution | None = None
    timeline: tuple[Moment, ...]

    @property
    def is_final(self) -> bool:
        return self.status is not EscalationStatus.PENDING


def state_of(tx: Transaction, escalation_id: int) -> EscalationState:
    """Raises NotFound."""
    return states_of(tx, [row_of(tx, escalation_id)])[0]


def states_of(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> list[EscalationState]:
    """Of these rows, in their order, in as many queries as of one."""
    asked = [row["request_id"] for row in rows if row["request_id"]]
    details = approval_lookups.details(tx, asked)
    own = audit.histories(tx, ESCALATION, [row["id"] for row in rows])
    of_requests = audit.histories(tx, APPROVAL, asked)
    return [
        EscalationState(
            id=row["id"],
            status=row["outcome"] or EscalationStatus.PENDING,
            decision=Decision.model_validate(row["decision"]),
            timeline=_timeline([*own.get(row["id"], ()), *of_requests.get(row["request_id"], ())]),
            **_asked(details.get(row["request_id"])),
        )
        for row in rows
    ]


def row_of(tx: Transaction, escalation_id: int) -> dict[str, Any]:
    """Raises NotFound."""
    row = store.by_id(tx, escalation_id)
    if row is None:
        raise NotFound(f"There is no escalation {escalation_id}.", hint="GET /v1/escalations lists them.")
    return row


def _asked(found: ApprovalDetail | None) -> dict[str, Any]:
    if found is None:
        return {"tier": 0, "tiers": ()}
    request = found.request
    return {
        "tier": request.tier,
        "tiers": tuple(
            ShownTier(
                name=tier.name, opens_at=tier.opens_at, deadline_at=tier.deadline_at, approvers=tuple(tier.approvers)
            )
            for tier in found.tiers
        ),
        "decided_by": request.decided_by or None,
        "decided_at": request.decided_at,
        "comment": request.comment or None,
        "execution": _execution(found),
    }


def _execution(found: ApprovalDetail) -> ShownExecution | None:
    request, execution = found.request, found.execution
    if request.status is not ApprovalStatus.APPROVED:
        return None
    if execution is None:
        return ShownExecution(status=ExecutionStatus.READY, valid_until=request.valid_until)
    return ShownExecution(
        id=execution.id,
        status=execution.status,
        valid_until=request.valid_until,
        started_at=execution.started_at,
        ended_at=execution.ended_at,
        detail=execution.detail or None,
        outcome=execution.outcome,
        fell_back=execution.fell_back or None,
    )


def _timeline(rows: Sequence[Recorded]) -> tuple[Moment, ...]:
    """The newest moments, oldest first."""
    newest = sorted(rows, key=lambda row: row.id)[-LONGEST_TIMELINE:]
    return tuple(Moment(at=row.at, event=row.verb, by=row.actor, tier=row.detail.get("tier") or None) for row in newest)
