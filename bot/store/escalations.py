"""Escalations: what was to be decided, what was decided, and which approval request follows from it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from bot.store.database import Transaction
from bot.store.schema import Id, Json, UtcDateTime, metadata

#: What requests, callbacks and the audit call their subject.
ESCALATION = "escalation"
#: What an escalation without an outcome is called.
OPEN = "pending"

escalations = Table(
    "escalations",
    metadata,
    Column("id", Id, primary_key=True),
    #: NULL where no approval is needed.
    Column("request_id", Id, ForeignKey("approval_requests.id")),
    #: What the asker calls it; the same key is the same escalation.
    Column("key", String(255), unique=True),
    Column("task", Json, nullable=False),
    #: Of the task, so that similar ones are found: what else is known of it by these names.
    Column("task_id", Text),
    Column("role", Text),
    Column("task_type", Text),
    #: What would be executed, apart from the task: it is not shown.
    Column("payload", Json),
    Column("payload_hash", String(64), nullable=False),
    Column("decision", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(255), nullable=False),
    Column("callback_url", Text),
    #: How it ended: a word of the escalation's own, NULL while it is open.
    Column("outcome", String(32)),
    #: Whether it was needed, said after the fact.
    Column("needed", String(16)),
    Column("needed_by", String(80)),
    Column("needed_at", UtcDateTime),
    #: Grows with each answer, so that the question shows the newest.
    Column("need_revision", Integer, nullable=False, server_default="1"),
    Index("ix_escalations_request", "request_id"),
    Index("ix_escalations_created_at", "created_at"),
    Index("ix_escalations_alike", "role", "task_type", "created_at"),
    Index("ix_escalations_task_id", "task_id"),
)


def add(tx: Transaction, **values: Any) -> int:
    """Store a new one; raises IntegrityError when its key was just taken by another."""
    row = {"created_at": tx.now, **values}
    return int(tx.execute(insert(escalations).values(row).returning(escalations.c.id)).scalar_one())


def by_id(tx: Transaction, escalation_id: int) -> dict[str, Any] | None:
    row = tx.execute(select(escalations).where(escalations.c.id == escalation_id)).mappings().one_or_none()
    return dict(row) if row else None


def lock(tx: Transaction, escalation_id: int) -> dict[str, Any] | None:
    """The same, locked until the commit."""
    mine = select(escalations).where(escalations.c.id == escalation_id).with_for_update()
    row = tx.execute(mine).mappings().one_or_none()
    return dict(row) if row else None


def by_key(tx: Transaction, key: str) -> dict[str, Any] | None:
    row = tx.execute(select(escalations).where(escalations.c.key == key)).mappings().one_or_none()
    return dict(row) if row else None


def change(tx: Transaction, escalation_id: int, **values: Any) -> None:
    tx.execute(update(escalations).where(escalations.c.id == escalation_id).values(**values))


def is_open(tx: Transaction, escalation_id: int) -> bool:
    """Whether it is there and not decided yet."""
    mine = (escalations.c.id == escalation_id) & escalations.c.outcome.is_(None)
    return tx.execute(select(escalations.c.id).where(mine)).one_or_none() is not None


def end(tx: Transaction, outcomes: Mapping[int, str]) -> None:
    """How each of these ended."""
    rows = [{"of_id": each, "ended_as": outcome} for each, outcome in sorted(outcomes.items())]
    mine = update(escalations).where(escalations.c.id == bindparam("of_id"))
    if rows:
        tx.execute(mine.values(outcome=bindparam("ended_as")), rows)


def to_call_back(tx: Transaction, escalation_ids: Collection[int]) -> list[dict[str, Any]]:
    """Those of these whose asker wants to be told, in the order of their ids."""
    mine = escalations.c.id.in_(list(escalation_ids)) & escalations.c.callback_url.is_not(None)
    return _rows(tx, select(escalations).where(mine).order_by(escalations.c.id))


def newest(tx: Transaction, outcome: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest first, of those with this outcome; `pending` for those still open, None for all."""
    wanted = select(escalations).order_by(escalations.c.id.desc()).limit(limit)
    if outcome is not None:
        wanted = wanted.where(func.coalesce(escalations.c.outcome, OPEN) == outcome)
    return _rows(tx, wanted)


def _rows(tx: Transaction, wanted: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in tx.execute(wanted).mappings()]


def of_requests(tx: Transaction, request_ids: Collection[int]) -> list[int]:
    """What these requests are about."""
    mine = select(escalations.c.id).where(escalations.c.request_id.in_(list(request_ids)))
    return list(tx.execute(mine).scalars())


def forget(tx: Transaction, escalation_ids: Collection[int]) -> None:
    tx.execute(delete(escalations).where(escalations.c.id.in_(list(escalation_ids))))


def forget_unasked(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete up to so many of before the moment that nobody was asked about; not the newest, whose id would return."""
    older = escalations.c.id < select(func.max(escalations.c.id)).scalar_subquery()
    old = select(escalations.c.id).where(escalations.c.request_id.is_(None), escalations.c.created_at < before, older)
    ids = list(tx.execute(old.order_by(escalations.c.id).limit(limit)).scalars())
    return tx.execute(delete(escalations).where(escalations.c.id.in_(ids))).rowcount if ids else 0
