"""What is shown of a request beyond its own row: who was asked when, who said what, and what comes next."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from riskengine.response.approvals import eligibility
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.execution import Execution
from riskengine.response.approvals.requests import ApprovalRequest, Vote


class TierAsked(NamedTuple):
    """A tier that was entered."""

    tier: int
    version: int
    opened_at: datetime
    due_at: datetime
    asked: tuple[str, ...]


class PlannedTier(NamedTuple):
    """A tier of the present version: asked already, or when it will be if nobody decides before."""

    name: str
    opens_at: datetime
    deadline_at: datetime
    #: Users' ids, delegates in place of those who are away.
    approvers: tuple[str, ...]
    is_asked: bool


class ApprovalDetail(NamedTuple):
    """One request with all that its card shows."""

    request: ApprovalRequest
    tiers: tuple[PlannedTier, ...]
    #: On the present version, oldest first.
    votes: tuple[Vote, ...]
    execution: Execution | None


def plan(request: ApprovalRequest, entered: Sequence[TierAsked], facts: Facts, now: datetime) -> list[PlannedTier]:
    """Every tier of the policy in its order; those not asked yet are foreseen while the request is pending."""
    planned = []
    present = {each.tier: each for each in entered if each.version == request.version}
    opens_at = request.due_at
    for number, tier in enumerate(request.policy.tiers, start=1):
        if (past := present.get(number)) is not None:
            planned.append(PlannedTier(tier.name, past.opened_at, past.due_at, past.asked, is_asked=True))
            continue
        if number < request.tier or not request.is_pending or opens_at >= request.hard_deadline_at:
            continue
        ends_at = min(opens_at + tier.timeout, request.hard_deadline_at)
        asked = tuple(eligibility.to_ask(request, number, facts, now))
        planned.append(PlannedTier(tier.name, opens_at, ends_at, asked, is_asked=False))
        opens_at = ends_at
    return planned
