"""Replies and the messages that they reply to: where a thread stands, and what follows when it has to move."""

from typing import NamedTuple

from sqlalchemy import select, update

from bot.store.database import Bell, Transaction
from bot.store.messages import MessageState, is_state, messages, posted_anew


def repost_shown(tx: Transaction, message_id: int) -> None:
    """Post a message anew that is thought to stand and does not; one that is being edited finds that out by itself."""
    stands = (messages.c.id == message_id) & is_state(MessageState.SHOWN)
    generation = tx.execute(select(messages.c.generation).where(stands).with_for_update()).scalar_one_or_none()
    if generation is not None:
        anew = posted_anew(tx, generation)
        tx.execute(
            update(messages).where(stands).values(state=MessageState.WAITING, not_before=tx.protocol_now, **anew)
        )
        tx.ring(Bell.DELIVERY)


def move_replies(tx: Transaction, message_id: int, channel: str) -> None:
    """Replies that are not posted yet queue where their thread will stand."""
    unposted = (messages.c.thread_of == message_id) & messages.c.ts.is_(None)
    tx.execute(update(messages).where(unposted).values(channel=channel))


class ThreadTarget(NamedTuple):
    """Where replies to a message go."""

    channel: str
    ts: str


def thread_target(tx: Transaction, message_id: int) -> ThreadTarget | None:
    row = tx.execute(select(messages.c.posted_channel, messages.c.ts).where(messages.c.id == message_id)).one_or_none()
    return ThreadTarget(row.posted_channel, row.ts) if row and row.ts else None
