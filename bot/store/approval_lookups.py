"""What cards, lists and programs are told of requests."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from bot.store import approval_people, approval_votes, executions
from bot.store.approval_votes import approval_votes as votes
from bot.store.approvals import APPROVAL, IS_PENDING, approval_requests
from bot.store.database import Transaction
from bot.store.messages import Nature, messages
from riskengine.response.approvals.reports import ApprovalDetail, plan
from riskengine.response.approvals.requests import ApprovalRequest


def by_id(tx: Transaction, request_id: int) -> ApprovalRequest | None:
    row = tx.execute(select(approval_requests).where(approval_requests.c.id == request_id)).one_or_none()
    return ApprovalRequest.model_validate(row) if row else None


def detail(tx: Transaction, request_id: int) -> ApprovalDetail | None:
    """The request with its tiers, past and foreseen, its votes and its execution; None when there is none."""
    return details(tx, [request_id]).get(request_id)


def details(tx: Transaction, request_ids: Collection[int]) -> dict[int, ApprovalDetail]:
    """The same of many, in as many queries as of one; those that are not there are missing."""
    requests = _rows(tx, select(approval_requests).where(approval_requests.c.id.in_(list(request_ids))))
    facts = approval_people.facts(tx, {role for each in requests for role in each.policy.roles})
    ids = [each.id for each in requests]
    entered, cast = approval_votes.tiers_of(tx, ids), approval_votes.votes_of(tx, ids)
    used = executions.of_requests(tx, ids)
    return {
        each.id: ApprovalDetail(
            each,
            tuple(plan(each, entered[each.id], facts, tx.now)),
            tuple(vote for vote in cast[each.id] if vote.version == each.version),
            used.get(each.id),
        )
        for each in requests
    }


def roles_of_request(tx: Transaction, request_id: int) -> tuple[str, ...]:
    """The roles that its policy asks; none for a request that is not there."""
    request = by_id(tx, request_id)
    return request.policy.roles if request else ()


def pending(tx: Transaction, limit: int) -> tuple[list[ApprovalRequest], int]:
    rows = _rows(tx, select(approval_requests).where(IS_PENDING).order_by(approval_requests.c.due_at).limit(limit))
    total = tx.execute(select(func.count()).select_from(approval_requests).where(IS_PENDING)).scalar_one()
    return rows, int(total)


def waiting_for(tx: Transaction, user_id: str, limit: int) -> list[ApprovalRequest]:
    """By the card that they were sent, and without a vote of theirs on the present version."""
    card = exists().where(
        messages.c.subject_kind == APPROVAL,
        messages.c.subject_id == approval_requests.c.id,
        messages.c.channel == user_id,
        messages.c.nature == Nature.CARD,
    )
    voted = exists().where(
        votes.c.request_id == approval_requests.c.id,
        votes.c.version == approval_requests.c.version,
        votes.c.voter == user_id,
    )
    mine = select(approval_requests).where(IS_PENDING, card, ~voted)
    return _rows(tx, mine.order_by(approval_requests.c.due_at).limit(limit))


def of_requester(tx: Transaction, user_id: str, limit: int) -> list[ApprovalRequest]:
    own = or_(approval_requests.c.requested_by == user_id, approval_requests.c.requested_for == user_id)
    return _newest(tx, own, limit)


def voted_on(tx: Transaction, user_id: str, limit: int) -> list[ApprovalRequest]:
    """What is over and this person had a say in."""
    mine = exists().where(votes.c.request_id == approval_requests.c.id, votes.c.voter == user_id)
    return _newest(tx, ~IS_PENDING & mine, limit)


def history(tx: Transaction, limit: int) -> list[ApprovalRequest]:
    return _newest(tx, ~IS_PENDING, limit)


def _newest(tx: Transaction, condition: ColumnElement[bool], limit: int) -> list[ApprovalRequest]:
    wanted = select(approval_requests).where(condition).order_by(approval_requests.c.id.desc())
    return _rows(tx, wanted.limit(limit))


def _rows(tx: Transaction, query: Select[tuple[object, ...]]) -> list[ApprovalRequest]:
    return [ApprovalRequest.model_validate(row) for row in tx.execute(query)]
