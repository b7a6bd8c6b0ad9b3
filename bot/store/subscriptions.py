"""Subscriptions: what each channel has asked to hear. One that ended stays as the record of who ended it."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Index, Select, String, Table, Text, or_, select, update

from bot.store.database import Transaction
from bot.store.destinations import destinations
from bot.store.dialects import upsert
from bot.store.schema import Id, UtcDateTime, metadata
from riskengine.response.subscriptions import Filter, Subscription, parse_filter

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    #: Slack's id, which a renamed channel keeps.
    Column("channel", String(80), nullable=False),
    #: Its name when it subscribed, without `#`: routes may spell it so.
    Column("channel_name", String(80), nullable=False),
    #: In its one spelling.
    Column("filter", Text, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_by", String(64)),
    Column("ended_at", UtcDateTime),
)
IN_FORCE = subscriptions.c.ended_at.is_(None)
# Two people who subscribe a channel to the same at once must end with one subscription.
Index(
    "uq_subscriptions_in_force",
    subscriptions.c.channel,
    subscriptions.c.filter,
    unique=True,
    sqlite_where=IN_FORCE,
    postgresql_where=IN_FORCE,
)


def in_force(tx: Transaction) -> list[Subscription]:
    """All of them, the oldest first, with what is known of their channels: one question for any number of groups."""
    return _folded(tx.execute(_with_channels().where(IN_FORCE)))


def of_channel(tx: Transaction, channel: str) -> list[Subscription]:
    return _folded(tx.execute(_with_channels().where(IN_FORCE, subscriptions.c.channel == channel)))


def begin(tx: Transaction, channel: str, channel_name: str, wanted: Filter, by: str) -> int | None:
    """Subscribe a channel; gives the new id, or None when it has the same filter already."""
    row = {
        "channel": channel,
        "channel_name": channel_name,
        "filter": str(wanted),
        "created_by": by,
        "created_at": tx.now,
    }
    statement = upsert(tx, subscriptions).values(row).on_conflict_do_nothing().returning(subscriptions.c.id)
    found: int | None = tx.execute(statement).scalar_one_or_none()
    return found


def end(tx: Transaction, channel: str, wanted: Filter | None, by: str) -> list[Subscription]:
    """End the channel's subscription to this filter, or without one all of them; gives those that were ended."""
    mine = IN_FORCE & (subscriptions.c.channel == channel)
    mine = mine if wanted is None else mine & (subscriptions.c.filter == str(wanted))
    ended = update(subscriptions).where(mine).values(ended_by=by, ended_at=tx.now).returning(subscriptions)
    return sorted((_to_subscription(row, frozenset(), "") for row in tx.execute(ended)), key=lambda each: each.id)


def _with_channels() -> Select[Any]:
    """Each with the rows of its channel under any spelling, and whether posts to it are refused."""
    same = or_(destinations.c.channel == subscriptions.c.channel, destinations.c.slack_id == subscriptions.c.channel)
    columns = (destinations.c.channel.label("spelled"), destinations.c.broken_reason)
    joined = select(subscriptions, *columns).join_from(subscriptions, destinations, same, isouter=True)
    return joined.order_by(subscriptions.c.id)


def _folded(rows: Iterable[Any]) -> list[Subscription]:
    by_id: dict[int, list[Any]] = {}
    for row in rows:
        by_id.setdefault(row.id, []).append(row)
    return [_of_rows(each) for each in by_id.values()]


def _of_rows(rows: Sequence[Any]) -> Subscription:
    first = rows[0]
    spelled = {row.spelled for row in rows if row.spelled} | {f"#{first.channel_name}", first.channel_name}
    broken = next((row.broken_reason for row in rows if row.spelled == first.channel), None)
    return _to_subscription(first, frozenset(spelled), broken or "")


def _to_subscription(row: Any, aliases: frozenset[str], broken: str) -> Subscription:
    return Subscription(
        id=row.id,
        channel=row.channel,
        filter=_read(row.filter),
        aliases=aliases,
        created_by=row.created_by,
        created_at=row.created_at,
        broken=broken,
    )


@lru_cache(maxsize=1_024)
def _read(written: str) -> Filter:
    """Filters are frozen, so that one reading serves every look."""
    return parse_filter(written)
