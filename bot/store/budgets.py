"""What is kept of budgets: raises for a while, the plan of each month, and which of their alerts hold."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Index,
    String,
    Table,
    Text,
    and_,
    delete,
    insert,
    select,
    update,
)

from bot.store import due
from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.due import DueKind
from bot.store.schema import Id, Json, UtcDateTime, metadata
from riskengine.areas.cost.budgets import Raise
from riskengine.areas.cost.conditions import Condition, Key, Told

RAISE = "budget_raise"

#: Money is text, a decimal as it was written. An ended raise is kept: it tells why a limit was what it was.
budget_raises = Table(
    "budget_raises",
    metadata,
    Column("id", Id, primary_key=True),
    Column("budget", String(40), nullable=False),
    Column("usd", String(32), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    #: `slack:U…` or `token:NAME`, as the audit knows them.
    Column("raised_by", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(255)),
)
_OPEN = budget_raises.c.ended_at.is_(None)
Index("ix_budget_raises_open", budget_raises.c.budget, sqlite_where=_OPEN, postgresql_where=_OPEN)

#: What a month was expected to cost on its first day; written once.
budget_plans = Table(
    "budget_plans",
    metadata,
    Column("budget", String(40), primary_key=True),
    #: Its first day, `2026-11-01`.
    Column("month", String(10), primary_key=True),
    Column("usd", String(32), nullable=False),
    Column("method", Text, nullable=False),
    Column("frozen_at", UtcDateTime, nullable=False),
)

#: Alerts of the area that were told and hold, so that neither a restart nor another replica tells them again.
cost_conditions = Table(
    "cost_conditions",
    metadata,
    Column("name", String(64), primary_key=True),
    #: The budget's name; empty for the organisation.
    Column("subject", String(40), primary_key=True),
    Column("period", String(10), nullable=False),
    #: The alert's, by which it can be ended when its budget is gone.
    Column("labels", Json, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("held_since", UtcDateTime, nullable=False),
)


class Held(NamedTuple):
    """An alert that holds, and how it was told."""

    told: Told
    severity: str
    held_since: datetime


class Plan(NamedTuple):
    """What a budget's month was expected to cost."""

    budget: str
    month: date
    usd: Decimal
    method: str


def add_raise(tx: Transaction, budget: str, usd: Decimal, ends_at: datetime, by: str, reason: str) -> int:
    """Keep a raise from now on, with the timer that ends it; returns its id."""
    row = {
        "budget": budget,
        "usd": str(usd),
        "starts_at": tx.now,
        "ends_at": ends_at,
        "raised_by": by,
        "reason": reason,
    }
    found = int(tx.execute(insert(budget_raises).values(row).returning(budget_raises.c.id)).scalar_one())
    due.schedule(tx, DueKind.RETURN_BUDGET, [found], ends_at)
    return found


def open_raises(tx: Transaction) -> list[Raise]:
    """Those that nobody has ended; one whose time is over may be among them for a moment."""
    rows = tx.execute(select(budget_raises).where(_OPEN).order_by(budget_raises.c.id))
    return [_to_raise(row) for row in rows]


def lock_raise(tx: Transaction, raise_id: int) -> Raise | None:
    """An open one, locked until the commit."""
    mine = select(budget_raises).where(budget_raises.c.id == raise_id, _OPEN).with_for_update()
    row = tx.execute(mine).one_or_none()
    return _to_raise(row) if row else None


def end_raise(tx: Transaction, raise_id: int, by: str) -> None:
    """Write down that it is over, and put its timer away."""
    over = {"ended_at": tx.now, "ended_by": by}
    tx.execute(update(budget_raises).where(budget_raises.c.id == raise_id).values(over))
    due.cancel(tx, DueKind.RETURN_BUDGET, [raise_id])


def plans_of(tx: Transaction, month: date) -> dict[str, Decimal]:
    """Budget → what its month was expected to cost."""
    mine = select(budget_plans.c.budget, budget_plans.c.usd).where(budget_plans.c.month == month.isoformat())
    return {row.budget: Decimal(row.usd) for row in tx.execute(mine)}


def freeze(tx: Transaction, plans: Sequence[Plan]) -> None:
    """Keep plans; one that is kept already stays what it was."""
    rows = [
        {
            "budget": each.budget,
            "month": each.month.isoformat(),
            "usd": str(each.usd),
            "method": each.method,
            "frozen_at": tx.now,
        }
        for each in plans
    ]
    if rows:
        tx.execute(upsert(tx, budget_plans).on_conflict_do_nothing(), rows)


def held(tx: Transaction) -> dict[Key, Held]:
    """All alerts of the area that hold."""
    return {
        (row.name, row.subject): Held(Told(row.period, row.labels), row.severity, row.held_since)
        for row in tx.execute(select(cost_conditions))
    }


def forget(tx: Transaction, keys: Collection[Key]) -> None:
    """They hold no more."""
    for name, subject in keys:
        same = and_(cost_conditions.c.name == name, cost_conditions.c.subject == subject)
        tx.execute(delete(cost_conditions).where(same))


def hold(tx: Transaction, conditions: Sequence[Condition]) -> None:
    """They hold from now on."""
    rows: list[Mapping[str, Any]] = [
        {
            "name": each.name,
            "subject": each.subject,
            "period": each.period,
            "labels": each.labels,
            "severity": each.severity,
            "held_since": tx.now,
        }
        for each in conditions
    ]
    if rows:
        tx.execute(insert(cost_conditions), rows)


def _to_raise(row: Any) -> Raise:
    usd = Decimal(row.usd)
    return Raise(row.id, row.budget, usd, row.starts_at, row.ends_at, row.raised_by, row.reason)
