"""What came of tasks, as orchestrators measured it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, Text, case, delete, func, insert, select

from bot.store.database import Transaction
from bot.store.schema import Id, UtcDateTime, metadata
from riskengine.areas.escalation.history import Share

task_outcomes = Table(
    "task_outcomes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("outcome_id", Text, nullable=False),
    Column("arrived_day", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("task_type", Text),
    Column("model", Text, nullable=False),
    Column("completed", Boolean, nullable=False),
    Column("user_satisfaction", Float),
    Column("technical_quality", Float),
    Column("efficiency_score", Float),
    Column("revised", Boolean),
    Column("requester", Text),
    Column("escalated", Boolean),
    Index("ix_task_outcomes_at", "at"),
    Index("ix_task_outcomes_alike", "role", "task_type", "at"),
)


def store(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; their keys are taken already."""
    tx.execute(insert(task_outcomes), rows)


def escalated_since(tx: Transaction, since: datetime) -> Share:
    """How many tasks since a moment were escalated, of those whose outcome says; one told of twice counts once."""
    columns = task_outcomes.c
    escalated = func.max(case((columns.escalated, 1), else_=0)).label("escalated")
    mine = select(escalated).where(columns.at >= since, columns.escalated.is_not(None)).group_by(columns.task_id)
    tasks = mine.subquery()
    part = func.coalesce(func.sum(tasks.c.escalated), 0).label("part")
    row = tx.execute(select(part, func.count().label("whole")).select_from(tasks)).one()
    return Share(count=int(row.part), total=int(row.whole))


def prune(tx: Transaction, arrived_before_day: int, limit: int) -> int:
    """Delete up to `limit` of the oldest rows that arrived before the day; looks at the first ones only."""
    columns = task_outcomes.c
    oldest = select(columns.id, columns.arrived_day).order_by(columns.id).limit(limit).subquery()
    expired = select(oldest.c.id).where(oldest.c.arrived_day < arrived_before_day)
    return int(tx.execute(delete(task_outcomes).where(columns.id.in_(expired))).rowcount)


def count(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(task_outcomes)).scalar_one())
