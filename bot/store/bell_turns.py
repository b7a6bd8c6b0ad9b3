"""Bells that every replica rings and one of them answers: when each was answered last."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, String, Table, select

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import UtcDateTime, metadata

bell_turns = Table(
    "bell_turns",
    metadata,
    Column("bell", String(64), primary_key=True),
    #: Protocol time.
    Column("answered_at", UtcDateTime, nullable=False),
)

NEVER = datetime.fromtimestamp(0, UTC)


def take_turn(tx: Transaction, bell: str, pause: timedelta) -> bool:
    """Whether it is this replica's turn; the row is locked until the commit, so one of them gets it.

    A moment ahead of ours, left by a clock that was wrong, holds up nobody.
    """
    tx.execute(upsert(tx, bell_turns).on_conflict_do_nothing(), [{"bell": bell, "answered_at": NEVER}])
    last = select(bell_turns.c.answered_at).where(bell_turns.c.bell == bell).with_for_update()
    if timedelta(0) <= tx.protocol_now - tx.execute(last).scalar_one() < pause:
        return False
    answer(tx, bell)
    return True


def answer(tx: Transaction, bell: str) -> None:
    """Write down that it was answered now; always a write, whoever answered before."""
    statement = upsert(tx, bell_turns).values(bell=bell, answered_at=tx.protocol_now)
    tx.execute(statement.on_conflict_do_update(index_elements=["bell"], set_={"answered_at": tx.protocol_now}))
