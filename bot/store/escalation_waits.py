"""How long approvals of escalations took: requests of a span, with what their row says of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from bot.store.approval_votes import approval_tiers
from bot.store.approvals import approval_requests
from bot.store.database import Transaction
from bot.store.escalations import ESCALATION, escalations
from riskengine.areas.escalation.review import Asked, Reviewed
from riskengine.response.approvals.policies import Policy
from riskengine.response.approvals.requests import ApprovalStatus

#: The newest so many of a span.
LIMIT = 5_000
#: Requests whose tiers are asked for at once.
PORTION = 500
_DECIDED = (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED)


def waits_since(tx: Transaction, since: datetime) -> list[timedelta]:
    """Of requests opened since a moment; pending ones by their wait, withdrawn ones not at all."""
    columns = approval_requests.c
    mine = (
        (columns.created_at >= since)
        & (columns.subject_kind == ESCALATION)
        & (columns.status != ApprovalStatus.WITHDRAWN)
    )
    wanted = select(columns.created_at, columns.decided_at).where(mine).order_by(columns.created_at.desc())
    return [(row.decided_at or tx.now) - row.created_at for row in tx.execute(wanted.limit(LIMIT))]


def between(tx: Transaction, since: datetime, until: datetime) -> list[Reviewed]:
    """Every escalation decided on in a span, with its approval where there is one."""
    request = approval_requests.c
    columns = (
        *(escalations.c.id, escalations.c.outcome, escalations.c.decision, escalations.c.needed),
        *(request.created_at, request.decided_at, request.status, request.tier, request.policy),
        escalations.c.request_id,
    )
    joined = escalations.outerjoin(approval_requests, approval_requests.c.id == escalations.c.request_id)
    mine = (escalations.c.created_at >= since) & (escalations.c.created_at < until)
    newest = select(*columns).select_from(joined).where(mine).order_by(escalations.c.created_at.desc()).limit(LIMIT)
    rows = tx.execute(newest).all()
    tiers = _tiers(tx, [row.request_id for row in rows if row.request_id])
    return [
        Reviewed(
            outcome=row.outcome or "pending",
            wait=(row.decided_at or until) - row.created_at if row.request_id else None,
            criteria=tuple(each["name"] for each in row.decision["criteria"] if each["counted"]),
            needed=row.needed,
            asked=tuple(_asked(row, tiers.get(row.request_id, {}))) if row.request_id else (),
        )
        for row in rows
    ]


def _asked(row: Row[Any], opened: Mapping[int, datetime]) -> Iterator[Asked]:
    """The tiers that decided, and those whose time went by; one that still has time has left nothing undecided."""
    policy = Policy.model_validate(row.policy)
    for tier, opened_at in sorted(opened.items()):
        if tier != row.tier or row.status == ApprovalStatus.EXPIRED:
            yield Asked(policy.tiers[tier - 1].name, None)
        elif row.status in _DECIDED:
            yield Asked(policy.tiers[tier - 1].name, row.decided_at - opened_at)


def _tiers(tx: Transaction, request_ids: list[int]) -> dict[int, dict[int, datetime]]:
    """Request → tier of its present version → when it was opened."""
    found: dict[int, dict[int, datetime]] = {}
    columns = (approval_tiers.c.request_id, approval_tiers.c.tier, approval_tiers.c.opened_at)
    same = (approval_requests.c.id == approval_tiers.c.request_id) & (
        approval_requests.c.version == approval_tiers.c.version
    )
    present = approval_tiers.join(approval_requests, same)
    for start in range(0, len(request_ids), PORTION):
        some = approval_tiers.c.request_id.in_(request_ids[start : start + PORTION])
        mine = select(*columns).select_from(present).where(some).order_by(approval_tiers.c.id)
        for row in tx.execute(mine):
            found.setdefault(row.request_id, {})[row.tier] = row.opened_at
    return found
