"""Channels and people that messages go to: Slack's id for each, when it may be posted to next, and whether it works."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Column, String, Table, Text, bindparam, func, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import UtcDateTime, metadata

destinations = Table(
    "destinations",
    metadata,
    Column("channel", String(80), primary_key=True),
    Column("slack_id", String(80)),
    #: Protocol time before which nothing is posted there: the rate, or Slack's Retry-After.
    Column("next_post_at", UtcDateTime, nullable=False),
    Column("hold_reason", Text),
    Column("broken_reason", Text),
    Column("broken_at", UtcDateTime),
)


class Destination(NamedTuple):
    channel: str
    slack_id: str | None
    next_post_at: datetime
    hold_reason: str | None
    broken_reason: str | None
    broken_at: datetime | None


def ensure(tx: Transaction, channels: Sequence[str]) -> None:
    """Know these destinations; the claim looks only at channels that have a row here."""
    rows = [{"channel": channel, "next_post_at": tx.protocol_now} for channel in sorted(set(channels))]
    if rows:
        tx.execute(upsert(tx, destinations).on_conflict_do_nothing(), rows)


def by_channel(tx: Transaction, channel: str) -> Destination | None:
    row = tx.execute(select(destinations).where(destinations.c.channel == channel)).one_or_none()
    return Destination._make(row) if row else None


def spellings_of(tx: Transaction, slack_id: str) -> list[str]:
    """How messages have been addressed to the channel of this id."""
    return list(tx.execute(select(destinations.c.channel).where(destinations.c.slack_id == slack_id)).scalars())


def count_broken(tx: Transaction) -> int:
    """How many refuse us; their messages go to the channel for troubles."""
    broken = select(func.count()).where(destinations.c.broken_at.is_not(None))
    return int(tx.execute(broken).scalar_one())


_SPENT = (
    update(destinations)
    .where(destinations.c.channel == bindparam("place"))
    .values(next_post_at=bindparam("until", type_=UtcDateTime), hold_reason=None)
)


def spend_post(tx: Transaction, channel: str, pause: timedelta) -> None:
    """Use the channel's turn; the next one comes after the pause."""
    tx.execute(_SPENT, {"place": channel, "until": tx.protocol_now + pause})


def hold(tx: Transaction, channel: str, pause: timedelta, reason: str) -> None:
    """Post nothing there for a while, by Slack's order; a longer wait stays."""
    until = tx.protocol_now + pause
    row = update(destinations).where(destinations.c.channel == channel, destinations.c.next_post_at < until)
    tx.execute(row.values(next_post_at=until, hold_reason=reason))


def mark_broken(tx: Transaction, channel: str, reason: str) -> bool:
    """Mark a destination that refuses us; True for the first to do so, who then tells somebody, once."""
    row = update(destinations).where(destinations.c.channel == channel, destinations.c.broken_at.is_(None))
    return tx.execute(row.values(broken_reason=reason, broken_at=tx.protocol_now)).rowcount == 1


def try_again(tx: Transaction, channel: str) -> None:
    """Take it for working until it refuses us anew: somebody asks for it."""
    row = update(destinations).where(destinations.c.channel == channel, destinations.c.broken_at.is_not(None))
    tx.execute(row.values(broken_reason=None, broken_at=None))


def took_post(tx: Transaction, channel: str, slack_id: str) -> None:
    """It works, and this is its id; both are mostly known, and then nothing is written."""
    news = destinations.c.broken_at.is_not(None) | destinations.c.slack_id.is_distinct_from(slack_id)
    row = update(destinations).where(destinations.c.channel == channel, news)
    tx.execute(row.values(slack_id=slack_id, broken_reason=None, broken_at=None))
