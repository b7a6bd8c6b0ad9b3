"""Complaints of people: one row for each person and message."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, Index, String, Table, Text, delete, func, select

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, UtcDateTime, metadata
from riskengine.complaints import Complaint, ComplaintKind
from riskengine.series import Series

complaints = Table(
    "complaints",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("complained_by", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("comment", Text, nullable=False),
    Column("channel", String(80), nullable=False),
    Column("message_ts", String(32), nullable=False),
    Column("permalink", Text, nullable=False),
    # What somebody says twice of one message counts once.
    Index("uq_complaints_message", "complained_by", "channel", "message_ts", unique=True),
    Index("ix_complaints_at", "at"),
)


class Filed(NamedTuple):
    """A complaint as it is filed."""

    complained_by: str
    model: str
    role: str
    kind: ComplaintKind
    comment: str
    channel: str
    message_ts: str
    permalink: str


def file(tx: Transaction, filed: Filed) -> int:
    """Store it and give its id; a second one of the same person on the same message takes the first one's place."""
    statement = upsert(tx, complaints).values(**filed._asdict(), at=tx.now)
    newer = {name: statement.excluded[name] for name in ("model", "role", "kind", "comment")}
    keys = ["complained_by", "channel", "message_ts"]
    stored = statement.on_conflict_do_update(index_elements=keys, set_=newer).returning(complaints.c.id)
    return int(tx.execute(stored).scalar_one())


def counts_since(tx: Transaction, since: datetime) -> dict[Series, int]:
    """How many there were after a moment, by model and role; without any it costs one look at an index."""
    columns = (complaints.c.model, complaints.c.role)
    counted = select(*columns, func.count().label("number")).where(complaints.c.at > since).group_by(*columns)
    return {Series(model=row.model, role=row.role): int(row.number) for row in tx.execute(counted)}


def newest(tx: Transaction, limit: int) -> list[Complaint]:
    rows = tx.execute(select(complaints).order_by(complaints.c.at.desc(), complaints.c.id.desc()).limit(limit))
    return [Complaint.model_validate(row) for row in rows]


def prune(tx: Transaction, before: datetime, portion: int) -> int:
    """Forget what is older, so many at a time."""
    old = select(complaints.c.id).where(complaints.c.at < before).limit(portion)
    return int(tx.execute(delete(complaints).where(complaints.c.id.in_(old.scalar_subquery()))).rowcount)
