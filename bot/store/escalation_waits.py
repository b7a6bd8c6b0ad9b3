"""How long approvals of escalations took: requests of a span, with what their row says of them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.store.approval_votes import approval_tiers
from bot.store.approvals import approval_requests
from bot.store.database import Transaction
from bot.store.escalations import ESCALATION, escalations
from riskengine.areas.escalation.review import Asked, Reviewed
from riskengine.response.approvals.policies import Policy

#: The newest so many of a span.
LIMIT = 5_000
_WITHDRAWN = "withdrawn"


def waits_since(tx: Transaction, since: datetime) -> list[timedelta]:
    """Of requests opened since a moment; pending ones by their wait, withdrawn ones not at all."""
    columns = approval_requests.c
    mine = (columns.created_at >= since) & (columns.subject_kind == ESCALATION) & (columns.status != _WITHDRAWN)
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


def _asked(row: object, opened: dict[int, datetime]) -> list[Asked]:
    policy = Policy.model_validate(row.policy)  # type: ignore[attr-defined]
    decided = row.tier if row.status in ("approved", "rejected") else 0  # type: ignore[attr-defined]
    ended: datetime | None = row.decided_at  # type: ignore[attr-defined]
    return [
        Asked(policy.tiers[tier - 1].name, ended - at if tier == decided and ended else None)
        for tier, at in sorted(opened.items())
    ]


def _tiers(tx: Transaction, request_ids: list[int]) -> dict[int, dict[int, datetime]]:
    """Request → tier → when it was opened last."""
    found: dict[int, dict[int, datetime]] = {}
    columns = (approval_tiers.c.request_id, approval_tiers.c.tier, approval_tiers.c.opened_at)
    for start in range(0, len(request_ids), 500):
        some = approval_tiers.c.request_id.in_(request_ids[start : start + 500])
        for row in tx.execute(select(*columns).where(some).order_by(approval_tiers.c.id)):
            found.setdefault(row.request_id, {})[row.tier] = row.opened_at
    return found
