"""Whether riskbot was there: one beat that all replicas share, and the gaps in it."""

from datetime import datetime

from sqlalchemy import Column, Index, String, Table, delete, insert, select

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, UtcDateTime, metadata
from riskengine.availability import Outage

#: The one thing that is watched.
TICK = "tick"

beats = Table(
    "beats",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("beat_at", UtcDateTime, nullable=False),
)
outages = Table(
    "outages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Index("ix_outages_ended_at", "ended_at"),
)


def last_beat(tx: Transaction) -> datetime | None:
    """Of any replica, locked until the commit; None before the first one."""
    mine = select(beats.c.beat_at).where(beats.c.name == TICK)
    moment: datetime | None = tx.execute(mine.with_for_update()).scalar_one_or_none()
    return moment


def beat(tx: Transaction) -> None:
    """Riskbot is there now."""
    statement = upsert(tx, beats).values(name=TICK, beat_at=tx.now)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"beat_at": tx.now}))


def record(tx: Transaction, outage: Outage) -> int:
    """Keep a gap; returns its id."""
    return int(tx.execute(insert(outages).values(outage._asdict()).returning(outages.c.id)).scalar_one())


def outages_since(tx: Transaction, since: datetime, limit: int = 1_000) -> list[Outage]:
    """Those that ended after a moment, the latest first."""
    columns = (outages.c.started_at, outages.c.ended_at)
    mine = select(*columns).where(outages.c.ended_at > since).order_by(outages.c.ended_at.desc()).limit(limit)
    return [Outage(row.started_at, row.ended_at) for row in tx.execute(mine)]


def prune(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete up to so many that ended before a moment."""
    old = select(outages.c.id).where(outages.c.ended_at < before).order_by(outages.c.ended_at).limit(limit)
    return tx.execute(delete(outages).where(outages.c.id.in_(old))).rowcount
