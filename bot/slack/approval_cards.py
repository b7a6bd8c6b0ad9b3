"""What the card of an approval request shows."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from riskengine.response.approvals.execution import Execution
from riskengine.response.approvals.policies import CommentRule
from riskengine.response.approvals.reports import ApprovalDetail, PlannedTier
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Verdict, Vote

_EMOJI = {
    ApprovalStatus.PENDING: "🟡",
    ApprovalStatus.APPROVED: "✅",
    ApprovalStatus.REJECTED: "⛔",
    ApprovalStatus.EXPIRED: "⌛",
    ApprovalStatus.WITHDRAWN: "↩️",
}
_SAID = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected", Verdict.PASS: "passed it on"}
#: Approvers that a tier's line names; the rest are counted.
NAMED = 8


class SubjectFacts(BaseModel):
    """What is asked about, in words and figures."""

    model_config = ConfigDict(frozen=True)

    summary: str = ""
    #: Why people are asked about it.
    reason: str = ""
    #: Label and value, in the order of their weight.
    facts: tuple[tuple[str, str], ...] = ()


class TierLine(BaseModel):
    """One tier: asked since when, or when it will be."""

    model_config = ConfigDict(frozen=True)

    name: str
    is_asked: bool
    opens_at: datetime
    deadline_at: datetime
    people: tuple[str, ...]
    more: int


class VoteLine(BaseModel):
    model_config = ConfigDict(frozen=True)

    voter: str
    said: str
    on_behalf_of: str
    comment: str


class ApprovalCard(BaseModel):
    """Everything that the card of a request shows."""

    model_config = ConfigDict(frozen=True)

    request_id: int
    version: int
    subject_kind: str
    title: str
    status: ApprovalStatus
    headline: str
    requested_by: str
    requested_for: str
    summary: str
    reason: str
    facts: tuple[tuple[str, str], ...]
    quorum: int
    approvals: int
    tiers: tuple[TierLine, ...]
    votes: tuple[VoteLine, ...]
    #: When the last tier's time is over, if nobody decides before.
    expires_at: datetime
    #: Whom a press on *Pass* has asked; empty in the last tier.
    next_tier: str
    #: The policy wants a comment with an approval, too.
    comment_to_approve: bool
    decided_by: str
    decided_at: datetime | None
    comment: str
    broke_glass: bool
    #: Too few people are left who could approve.
    is_short: bool
    #: Until when an approval may be used, while it was not.
    valid_until: datetime | None
    execution: str
    #: What was told of how the execution ended.
    execution_detail: str


def to_card(detail: ApprovalDetail, subject: SubjectFacts | None) -> ApprovalCard:
    request = detail.request
    about = subject or SubjectFacts()
    return ApprovalCard(
        request_id=request.id,
        version=request.version,
        subject_kind=request.subject_kind,
        title=request.title,
        status=request.status,
        headline=headline(request),
        requested_by=request.requested_by,
        requested_for=request.requested_for,
        summary=about.summary,
        reason=about.reason,
        facts=about.facts,
        quorum=request.policy.quorum,
        approvals=sum(vote.verdict is Verdict.APPROVE for vote in detail.votes),
        tiers=tuple(_tier_line(tier) for tier in detail.tiers),
        votes=tuple(_vote_line(vote) for vote in detail.votes),
        expires_at=detail.tiers[-1].deadline_at if detail.tiers else request.due_at,
        next_tier="" if request.is_last_tier else request.policy.tiers[request.tier].name,
        comment_to_approve=request.policy.comments is CommentRule.ALWAYS,
        decided_by=request.decided_by or "",
        decided_at=request.decided_at,
        comment=request.comment,
        broke_glass=request.broke_glass,
        is_short=request.short_since is not None,
        valid_until=None if detail.execution else request.valid_until,
        execution=_execution(detail.execution),
        execution_detail=detail.execution.detail if detail.execution else "",
    )


def headline(request: ApprovalRequest) -> str:
    """The sentence that a notification shows."""
    if request.status is ApprovalStatus.PENDING:
        return f"{_EMOJI[request.status]} Approval wanted: {request.title}"
    return f"{_EMOJI[request.status]} {request.status.capitalize()}: {request.title}"


def _tier_line(tier: PlannedTier) -> TierLine:
    return TierLine(
        name=tier.name,
        is_asked=tier.is_asked,
        opens_at=tier.opens_at,
        deadline_at=tier.deadline_at,
        people=tier.approvers[:NAMED],
        more=max(0, len(tier.approvers) - NAMED),
    )


def _vote_line(vote: Vote) -> VoteLine:
    return VoteLine(voter=vote.voter, said=_SAID[vote.verdict], on_behalf_of=vote.on_behalf_of, comment=vote.comment)


def _execution(execution: Execution | None) -> str:
    """How its one use went; empty while there is none."""
    if execution is None:
        return ""
    why = execution.outcome.replace("_", " ") if execution.outcome else ""
    if execution.fell_back:
        return f"fell back to the default ({why}), and {execution.status}"
    return f"{execution.status} ({why})" if why else execution.status


def emoji_of(status: ApprovalStatus) -> str:
    return _EMOJI[status]
