"""Digests: when too many cards wait for a channel, they are told as the lines of one message."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Integer, bindparam, case, func, insert, select, update

from bot.store.database import Transaction
from bot.store.messages import DEAD, MOMENT, TO_POST, MessageState, Nature, Priority, messages, woken
from bot.store.schema import Id, Json

DIGEST = "alerts/digest"
KIND = "alert_digest"


class WaitingCard(NamedTuple):
    id: int
    channel: str
    priority: int
    wanted_at: datetime


class OpenDigest(NamedTuple):
    """A channel's newest digest, and how much room it has."""

    id: int
    last_joined_at: datetime
    size: int


#: More cards than this are bundled by the next look, a moment later. Urgent messages, and on SQLite whoever writes,
#: wait for the transaction that bundles.
LOOK_LIMIT = 200


_WAITING_CARDS = (
    select(messages.c.id, messages.c.channel, messages.c.priority, messages.c.wanted_at)
    .where(
        TO_POST,
        messages.c.template == bindparam("of_template"),
        messages.c.attempts == 0,
        messages.c.generation == 0,
    )
    .order_by(messages.c.id)
    .limit(LOOK_LIMIT)
    .with_for_update(skip_locked=True)
)
_NEWEST = (
    select(messages.c.id, messages.c.payload)
    .where(messages.c.subject_kind == KIND, messages.c.channel == bindparam("place"), ~DEAD)
    .order_by(messages.c.id.desc())
    .limit(1)
    .with_for_update()
)
_SIZE = select(func.count()).where(messages.c.digest_id == bindparam("digest"))


def waiting_cards(tx: Transaction, template: str) -> dict[str, list[WaitingCard]]:
    """The cards that have never been posted or tried, by channel, in the order in which they came."""
    by_channel: dict[str, list[WaitingCard]] = {}
    for row in tx.execute(_WAITING_CARDS, {"of_template": template}):
        by_channel.setdefault(row.channel, []).append(WaitingCard._make(row))
    return by_channel


def newest(tx: Transaction, channel: str) -> OpenDigest | None:
    """The channel's newest digest, locked: two replicas that fill it at once must not both take its last places."""
    row = tx.execute(_NEWEST, {"place": channel}).one_or_none()
    if row is None:
        return None
    size = tx.execute(_SIZE, {"digest": row.id}).scalar_one()
    return OpenDigest(row.id, datetime.fromisoformat(row.payload["last_joined_at"]), int(size))


def begin(tx: Transaction, channel: str, cards: Sequence[WaitingCard]) -> OpenDigest:
    """Open a digest for these cards, as late as the first of them; its id makes the key: no two can open the same."""
    number = cards[0].id
    row: dict[str, Any] = {
        "key": f"{KIND}:{channel}:{number}",
        "nature": Nature.CARD,
        "template": DIGEST,
        "subject_kind": KIND,
        "subject_id": number,
        "payload": {"last_joined_at": tx.protocol_now.isoformat()},
        "channel": channel,
        "priority": cards[0].priority,
        "state": MessageState.WAITING,
        "wanted_revision": 0,
        "wanted_at": min(card.wanted_at for card in cards),
        "not_before": tx.protocol_now,
    }
    digest_id = tx.execute(insert(messages).values(row).returning(messages.c.id)).scalar_one()
    return OpenDigest(int(digest_id), tx.protocol_now, 0)


# Made once: a storm runs them for each forty cards.
_CARDS: BindParameter[Any] = bindparam("cards", expanding=True)
_BUNDLED = (
    update(messages)
    .where(messages.c.id.in_(_CARDS))
    .values(state=MessageState.BUNDLED, digest_id=bindparam("digest", type_=Id))
)
_REPLIES_MOVED = (
    update(messages).where(messages.c.thread_of.in_(_CARDS)).values(thread_of=bindparam("digest", type_=Id))
)
_URGENT = bindparam("urgent", type_=Integer)
_GROWN = (
    update(messages)
    .where(messages.c.id == bindparam("digest"))
    .values(
        wanted_revision=messages.c.wanted_revision + 1,
        payload=bindparam("news", type_=Json),
        priority=case((messages.c.priority > _URGENT, _URGENT), else_=messages.c.priority),
        **woken(MOMENT),
    )
)


def join(tx: Transaction, digest: OpenDigest, cards: Sequence[WaitingCard]) -> None:
    """Put cards into a digest, which thereby has a newer state to show; notes in their threads follow them."""
    ids = [card.id for card in cards]
    tx.execute(_BUNDLED, {"cards": ids, "digest": digest.id})
    tx.execute(_REPLIES_MOVED, {"cards": ids, "digest": digest.id})
    urgent = min([card.priority for card in cards], default=Priority.ALERT)
    news = {"last_joined_at": tx.protocol_now.isoformat()}
    tx.execute(_GROWN, {"digest": digest.id, "urgent": urgent, "news": news, "moment": tx.protocol_now})


def chunks(cards: Sequence[WaitingCard], first: int, size: int) -> Iterator[Sequence[WaitingCard]]:
    """Cut cards into one part of `first` and then parts of `size`."""
    if first:
        yield cards[:first]
    for start in range(first, len(cards), size):
        yield cards[start : start + size]
