"""Raises of budgets that people ask for: what was asked, by which approval request, and what became of it."""

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, delete, insert, select, update

from bot.store.approvals import IS_PENDING, approval_requests
from bot.store.database import Transaction
from bot.store.schema import Id, UtcDateTime, metadata

#: What requests and the audit call their subject; a raise itself is another object.
RAISE_REQUEST = "budget_raise_request"

raise_requests = Table(
    "budget_raise_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request_id", Id, ForeignKey("approval_requests.id")),
    Column("budget", String(40), nullable=False),
    #: Money is text, a decimal as it was written.
    Column("usd", String(32), nullable=False),
    #: What the budget was when it was asked for.
    Column("was_usd", String(32), nullable=False),
    Column("lasts_seconds", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(255), nullable=False),
    #: The raise that came of it; NULL while none did.
    Column("raise_id", Id),
    Index("ix_budget_raise_requests_request", "request_id"),
)


class RaiseRequest(NamedTuple):
    id: int
    request_id: int | None
    budget: str
    usd: Decimal
    was_usd: Decimal
    lasts: timedelta
    reason: str
    created_by: str
    raise_id: int | None


def add(tx: Transaction, budget: str, usd: Decimal, was_usd: Decimal, lasts: timedelta, reason: str, by: str) -> int:
    """Keep what is asked for; returns its id."""
    row = {
        "budget": budget,
        "usd": str(usd),
        "was_usd": str(was_usd),
        "lasts_seconds": int(lasts.total_seconds()),
        "reason": reason,
        "created_at": tx.now,
        "created_by": by,
    }
    return int(tx.execute(insert(raise_requests).values(row).returning(raise_requests.c.id)).scalar_one())


def change(tx: Transaction, number: int, **values: Any) -> None:
    tx.execute(update(raise_requests).where(raise_requests.c.id == number).values(**values))


def by_id(tx: Transaction, number: int) -> RaiseRequest | None:
    row = tx.execute(select(raise_requests).where(raise_requests.c.id == number)).one_or_none()
    return _request(row) if row else None


def pending_for(tx: Transaction, budget: str) -> RaiseRequest | None:
    """One that people are asked about at present."""
    mine = (
        select(raise_requests)
        .join(approval_requests, approval_requests.c.id == raise_requests.c.request_id)
        .where(raise_requests.c.budget == budget, IS_PENDING)
        .order_by(raise_requests.c.id)
        .limit(1)
    )
    row = tx.execute(mine).one_or_none()
    return _request(row) if row else None


def forget_of(tx: Transaction, request_ids: Collection[int]) -> None:
    """Delete what these approval requests are about, before they go themselves."""
    tx.execute(delete(raise_requests).where(raise_requests.c.request_id.in_(list(request_ids))))


def _request(row: Any) -> RaiseRequest:
    return RaiseRequest(
        id=row.id,
        request_id=row.request_id,
        budget=row.budget,
        usd=Decimal(row.usd),
        was_usd=Decimal(row.was_usd),
        lasts=timedelta(seconds=row.lasts_seconds),
        reason=row.reason,
        created_by=row.created_by,
        raise_id=row.raise_id,
    )
