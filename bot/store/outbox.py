"""The outbox: notes that are posted once, written in the transaction of their cause."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from bot.store.database import Bell, Transaction
from bot.store.dialects import upsert
from bot.store.messages import MessageState, Nature, Priority, messages


class Note(NamedTuple):
    """One message: a DM (channel is a user's id), a channel message, or a reply in the thread of another message."""

    #: Unique for ever: the same cause, told twice, is one note.
    key: str
    template: str
    subject_kind: str
    subject_id: int
    payload: dict[str, Any]
    channel: str = ""
    thread_of: int | None = None
    broadcast: bool = False
    priority: Priority = Priority.NOTE
    #: When it was due, in business time, where that is not now: what comes much later says so.
    due_at: datetime | None = None


def told(moment: datetime) -> dict[str, Any]:
    """A moment as a payload holds it: Slack shows the first in the reader's time zone, old clients the second."""
    return {"timestamp": int(moment.timestamp()), "utc": f"{moment:%Y-%m-%d %H:%M} UTC"}


def enqueue(tx: Transaction, notes: Sequence[Note]) -> None:
    """Have each note posted; a key that was ever used is passed over.

    A note in a thread waits until the thread's first message stands, and queues in that message's channel; the thread
    of a message that was given up is the channel itself.
    """
    if not notes:
        return
    threads = _threads(tx, [note.thread_of for note in notes if note.thread_of is not None])
    rows = [
        {
            **{name: value for name, value in note._asdict().items() if name != "due_at"},
            **(threads[note.thread_of]._asdict() if note.thread_of is not None else {}),
            "nature": Nature.NOTE,
            "state": MessageState.WAITING,
            "wanted_revision": 1,
            "wanted_at": min(tx.protocol_now, tx.protocol_at(note.due_at)) if note.due_at else tx.protocol_now,
            "not_before": tx.protocol_now,
        }
        for note in notes
    ]
    tx.execute(upsert(tx, messages).on_conflict_do_nothing(index_elements=["key"]), rows)
    tx.ring(Bell.DELIVERY)


class _Thread(NamedTuple):
    thread_of: int | None
    channel: str


def _threads(tx: Transaction, message_ids: Sequence[int]) -> dict[int, _Thread]:
    """Where replies to these messages belong, locked until the commit: a digest may be about to take their place."""
    columns = (messages.c.id, messages.c.channel, messages.c.state, messages.c.digest_id)
    mine = select(*columns).where(messages.c.id.in_(message_ids)).order_by(messages.c.id)
    return {row.id: _Thread(_root(row), row.channel) for row in tx.execute(mine.with_for_update(read=True))}


def _root(row: Any) -> int | None:
    if row.state == MessageState.DEAD:
        return None
    root: int = row.digest_id if row.state == MessageState.BUNDLED else row.id
    return root
