"""Daily cost digests that are due and not written yet: a digest is asked for by its timer, and written by a bell.

Its figures are read before its transaction, which a timer's work cannot do.
"""

from datetime import datetime

from sqlalchemy import Column, Table, delete, select

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import UtcDateTime, metadata

cost_digests = Table(
    "cost_digests",
    metadata,
    #: The end of the day that it tells of.
    Column("ends_at", UtcDateTime, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
)


def order(tx: Transaction, ends_at: datetime, due_at: datetime) -> None:
    """Have the digest of the day that ended then written."""
    row = [{"ends_at": ends_at, "due_at": due_at}]
    tx.execute(upsert(tx, cost_digests).on_conflict_do_nothing(index_elements=["ends_at"]), row)


def newest(tx: Transaction) -> tuple[datetime, datetime] | None:
    """The end of the newest day that is asked for, and when its digest was due."""
    row = tx.execute(select(cost_digests).order_by(cost_digests.c.ends_at.desc()).limit(1)).one_or_none()
    return (row.ends_at, row.due_at) if row else None


def take(tx: Transaction, ends_at: datetime) -> bool:
    """Take it, and older ones that nobody needs any more; False when another replica has written it."""
    gone = delete(cost_digests).where(cost_digests.c.ends_at <= ends_at).returning(cost_digests.c.ends_at)
    return ends_at in set(tx.execute(gone).scalars())
