"""What came of tasks, as orchestrators measured it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, Text, delete, func, insert, select

from bot.store.database import Transaction
from bot.store.schema import Id, UtcDateTime, metadata

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


def prune(tx: Transaction, arrived_before_day: int, limit: int) -> int:
    """Delete up to `limit` of the oldest rows that arrived before the day; looks at the first ones only."""
    columns = task_outcomes.c
    oldest = select(columns.id, columns.arrived_day).order_by(columns.id).limit(limit).subquery()
    expired = select(oldest.c.id).where(oldest.c.arrived_day < arrived_before_day)
    return int(tx.execute(delete(task_outcomes).where(columns.id.in_(expired))).rowcount)


def count(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(task_outcomes)).scalar_one())
