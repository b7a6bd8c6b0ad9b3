"""App Homes: who looks at theirs, and whether it shows what holds now."""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, String, Table, delete, or_, select, update

from bot.store.database import Bell, Transaction
from bot.store.dialects import upsert
from bot.store.messages import Nature, messages
from bot.store.schema import Id, UtcDateTime, metadata

#: A Home that was not opened for so long is drawn when it is opened, and not before.
LOOKED_AT_FOR = timedelta(days=7)
#: Longer than a call of Slack takes; another replica may publish it after that.
LEASE = timedelta(seconds=30)

homes = Table(
    "homes",
    metadata,
    Column("user_id", String(80), primary_key=True),
    #: Protocol time, as the lease.
    Column("opened_at", UtcDateTime, nullable=False),
    #: Grows with everything that concerns its person; `shown` is the one they see.
    Column("wanted", Id, nullable=False),
    Column("shown", Id, nullable=False),
    Column("leased_until", UtcDateTime),
)


class Stale(NamedTuple):
    """A Home that shows less than it should."""

    user_id: str
    wanted: int


def opened(tx: Transaction, user_id: str) -> None:
    """Somebody looks at theirs: it is published, and again when something changes."""
    row = {"user_id": user_id, "opened_at": tx.protocol_now, "wanted": 1, "shown": 0}
    again = {"opened_at": tx.protocol_now, "wanted": homes.c.wanted + 1}
    statement = upsert(tx, homes).values(row)
    tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=again))
    tx.ring(Bell.HOMES)


def touch(tx: Transaction, people: Collection[str], subject_kind: str, subject_ids: Collection[int]) -> None:
    """Something changed for these people, and for all who have a card of these subjects."""
    asked = select(messages.c.channel).where(
        messages.c.subject_kind == subject_kind,
        messages.c.subject_id.in_(subject_ids),
        messages.c.nature == Nature.CARD,
    )
    recent = homes.c.opened_at >= tx.protocol_now - LOOKED_AT_FOR
    concerned = or_(homes.c.user_id.in_(people), homes.c.user_id.in_(asked))
    # Locked in one order, so that two transactions about the same people wait for each other and do not deadlock.
    mine = select(homes.c.user_id).where(recent, concerned).order_by(homes.c.user_id).with_for_update()
    if found := list(tx.execute(mine).scalars()):
        tx.execute(update(homes).where(homes.c.user_id.in_(found)).values(wanted=homes.c.wanted + 1))
        tx.ring(Bell.HOMES)


def any_stale(tx: Transaction) -> bool:
    """Whether one has to be published; looks are many, so they write nothing."""
    return (
        tx.execute(select(homes.c.user_id).where(homes.c.wanted > homes.c.shown, _free(tx)).limit(1)).first()
        is not None
    )


def claim(tx: Transaction, limit: int) -> list[Stale]:
    """Take some that have to be published; nobody else does it meanwhile."""
    wanted = select(homes.c.user_id, homes.c.wanted).where(homes.c.wanted > homes.c.shown, _free(tx))
    rows = tx.execute(wanted.order_by(homes.c.opened_at.desc()).limit(limit).with_for_update(skip_locked=True))
    stale = [Stale(row.user_id, row.wanted) for row in rows]
    mine = homes.c.user_id.in_([each.user_id for each in stale])
    tx.execute(update(homes).where(mine).values(leased_until=tx.protocol_now + LEASE))
    return stale


def _free(tx: Transaction) -> ColumnElement[bool]:
    return or_(homes.c.leased_until.is_(None), homes.c.leased_until <= tx.protocol_now)


def published(tx: Transaction, stale: Stale) -> None:
    """It shows this state now; what has changed since is published next."""
    mine = update(homes).where(homes.c.user_id == stale.user_id)
    tx.execute(mine.values(shown=stale.wanted, leased_until=None))


def postpone(tx: Transaction, stale: Stale, seconds: float) -> None:
    """Nobody publishes it before that is over."""
    mine = update(homes).where(homes.c.user_id == stale.user_id)
    tx.execute(mine.values(leased_until=tx.protocol_now + timedelta(seconds=seconds)))


def forget(tx: Transaction, user_id: str) -> None:
    """Slack has no Home for this person any more."""
    tx.execute(delete(homes).where(homes.c.user_id == user_id))
