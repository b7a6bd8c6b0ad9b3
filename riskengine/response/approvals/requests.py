"""What is stored of an approval request, its votes, and what happened to it."""

import functools
import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict

from riskengine.response.approvals.policies import Policy, Tier


class ApprovalStatus(StrEnum):
    """`pending` until it is decided; all others are final."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    #: Nobody decided in time; never an approval, and no rejection either.
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What one person said to one version of the subject."""

    APPROVE = "approve"
    REJECT = "reject"
    #: The person does not want to decide and has the next tier asked.
    PASS = "pass"  # noqa: S105 - a verdict


@functools.lru_cache(maxsize=256)
def _snapshot(text: str) -> Policy:
    return Policy.model_validate(json.loads(text))


def _read_snapshot(stored: object) -> object:
    """Thousands of requests share few policies, and reading one takes longer than the rest of its request."""
    return _snapshot(json.dumps(stored)) if isinstance(stored, dict) else stored


class ApprovalRequest(BaseModel):
    """One request as it stands. Its policy is the snapshot of its opening: later settings do not change it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    key: str | None
    kind: str
    #: What is asked about; its own tables know more.
    subject_kind: str
    subject_id: int
    title: str
    status: ApprovalStatus
    #: Of the subject; an edit makes a new one, and every vote on an older one void.
    version: int
    #: Of what would be executed: nothing else may be.
    subject_hash: str
    #: A user's id, or `token:NAME`.
    requested_by: str
    #: A user's id, or empty.
    requested_for: str
    policy_name: str
    policy: Annotated[Policy, BeforeValidator(_read_snapshot)]
    #: Where its card is shown to everybody.
    channel: str
    #: From 1 on; the tiers before it stay asked.
    tier: int
    tier_opened_at: datetime
    #: When the present tier's time is over.
    due_at: datetime
    hard_deadline_at: datetime
    #: Of the present tier.
    reminders_sent: int
    revision: int
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    #: Of whoever decided.
    comment: str
    #: Approved by one person of the break-glass role, past the policy.
    broke_glass: bool
    #: Since when too few people are left who could approve; None while there are enough.
    short_since: datetime | None
    #: Until when an approval may be used.
    valid_until: datetime | None

    @property
    def is_pending(self) -> bool:
        return self.status is ApprovalStatus.PENDING

    @property
    def present_tier(self) -> Tier:
        return self.policy.tiers[self.tier - 1]

    @property
    def is_last_tier(self) -> bool:
        return self.tier >= len(self.policy.tiers)

    @property
    def own_people(self) -> frozenset[str]:
        """Whoever asked, and whom it is for: they may not decide."""
        return frozenset({self.requested_by, self.requested_for} - {""})


class Vote(BaseModel):
    """One person's word on one version."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    voter: str
    verdict: Verdict
    comment: str = ""
    #: The absent approver for whom the voter spoke; empty when they spoke for themselves.
    on_behalf_of: str = ""
    version: int
    at: datetime

    @property
    def seat(self) -> str:
        """Whose right it was; one right is used once."""
        return self.on_behalf_of or self.voter


class EventKind(StrEnum):
    """What happened to a request; the word is the audit's verb."""

    OPENED = "approval_opened"
    #: A tier was entered, and its people are asked.
    ASKED = "approval_tier_asked"
    REMINDED = "approval_reminded"
    VOTED = "approval_voted"
    PASSED = "approval_passed"
    APPROVED = "approval_approved"
    BROKE_GLASS = "approval_broke_glass"
    REJECTED = "approval_rejected"
    EXPIRED = "approval_expired"
    WITHDRAWN = "approval_withdrawn"
    EDITED = "approval_edited"
    #: Too few people are left who could approve; and there are enough again.
    SHORT = "approval_short"
    ENOUGH = "approval_enough"


#: Each request that is final has exactly one of them in its audit.
FINAL_EVENTS = frozenset(
    {
        EventKind.APPROVED,
        EventKind.BROKE_GLASS,
        EventKind.REJECTED,
        EventKind.EXPIRED,
        EventKind.WITHDRAWN,
    }
)


class Event(NamedTuple):
    kind: EventKind
    #: A user's id or `token:NAME`; empty when time did it.
    by: str = ""
    #: The tier that was asked, reminded, or in which it happened.
    tier: int = 0
    on_behalf_of: str = ""
    comment: str = ""
    #: Of a reminder: which of the tier's it is, from 1 on; of a shortage: how many could approve.
    number: int = 0
