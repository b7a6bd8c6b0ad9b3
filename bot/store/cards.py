"""Cards: one message per subject and channel that shows the subject's newest revision."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, select, update

from bot.store.database import Bell, Transaction
from bot.store.dialects import upsert
from bot.store.messages import MOMENT, MessageState, Nature, Priority, messages, woken


class CardWish(NamedTuple):
    """A card that shall exist in a channel."""

    template: str
    subject_kind: str
    subject_id: int
    channel: str
    revision: int
    priority: Priority
    #: When it was due, in business time: what comes much later says so.
    due_at: datetime
    #: The message in whose thread it belongs, where it is no message of its own.
    thread_of: int | None = None


def want(tx: Transaction, wishes: Sequence[CardWish]) -> None:
    """Have each card posted unless it is there already; safe to repeat and to race."""
    rows: list[dict[str, Any]] = [
        {
            "key": f"{wish.subject_kind}:{wish.subject_id}:{wish.channel}",
            "nature": Nature.CARD,
            "template": wish.template,
            "subject_kind": wish.subject_kind,
            "subject_id": wish.subject_id,
            "payload": {},
            "channel": wish.channel,
            "thread_of": wish.thread_of,
            "priority": wish.priority,
            "state": MessageState.WAITING,
            "wanted_revision": wish.revision,
            "wanted_at": min(tx.protocol_now, tx.protocol_at(wish.due_at)),
            "not_before": tx.protocol_now,
        }
        for wish in wishes
    ]
    if rows:
        tx.execute(upsert(tx, messages).on_conflict_do_nothing(index_elements=["key"]), rows)
        tx.ring(Bell.DELIVERY)


# Made once: every press and every change of a group runs them.
_NEWER = (
    update(messages)
    .where(
        messages.c.subject_kind == bindparam("kind"),
        messages.c.subject_id == bindparam("subject"),
        messages.c.nature == Nature.CARD,
    )
    .values(wanted_revision=bindparam("revision"), **woken(MOMENT))
)
_DIGESTS = select(messages.c.digest_id).where(
    messages.c.subject_kind == bindparam("kind"),
    messages.c.subject_id.in_(bindparam("subjects", expanding=True)),
    messages.c.state == MessageState.BUNDLED,
)
_DIGESTS_NEWER = (
    update(messages)
    .where(messages.c.id.in_(_DIGESTS.scalar_subquery()))
    .values(wanted_revision=messages.c.wanted_revision + 1, **woken(MOMENT))
)


def bump(tx: Transaction, subject_kind: str, revisions: Mapping[int, int]) -> None:
    """Tell the cards of these subjects, and the digests that list them, that a newer revision is to be shown."""
    if not revisions:
        return
    shared = {"kind": subject_kind, "moment": tx.protocol_now}
    tx.execute(_NEWER, [{**shared, "subject": each, "revision": new} for each, new in sorted(revisions.items())])
    tx.execute(_DIGESTS_NEWER, {**shared, "subjects": list(revisions)})
    tx.ring(Bell.DELIVERY)


def subjects_shown(tx: Transaction, subject_kind: str, subject_ids: Sequence[int], channel: str) -> set[int]:
    """Which of these subjects have a card for the channel, by itself or in a digest."""
    there = (messages.c.subject_kind == subject_kind) & messages.c.subject_id.in_(subject_ids)
    rows = tx.execute(select(messages.c.subject_id).where(there, messages.c.channel == channel))
    return set(rows.scalars())


def card_ids(tx: Transaction, subject_kind: str, subject_id: int) -> list[int]:
    """The messages that show this subject: its own cards, or the digests that stand for them."""
    shown_by = case((messages.c.state == MessageState.BUNDLED, messages.c.digest_id), else_=messages.c.id)
    mine = (messages.c.subject_kind == subject_kind) & (messages.c.subject_id == subject_id)
    rows = tx.execute(select(shown_by).where(mine, messages.c.nature == Nature.CARD).order_by(messages.c.id))
    return [int(row[0]) for row in rows if row[0] is not None]


def channels_of(tx: Transaction, subject_kind: str, subject_ids: Collection[int]) -> list[str]:
    """The channels that hear of any of these subjects, each once."""
    mine = (messages.c.subject_kind == subject_kind) & messages.c.subject_id.in_(subject_ids)
    rows = tx.execute(select(messages.c.channel).where(mine, messages.c.nature == Nature.CARD).distinct())
    return sorted(str(row[0]) for row in rows)


def channels_of_each(tx: Transaction, subject_kind: str, subject_ids: Collection[int]) -> dict[int, set[str]]:
    """Subject → the channels in which it has a card, or will have one; a subject without any is missing."""
    found: dict[int, set[str]] = {}
    for row in tx.execute(_CHANNELS, {"kind": subject_kind, "subjects": list(subject_ids)}) if subject_ids else ():
        found.setdefault(row.subject_id, set()).add(row.channel)
    return found


_CHANNELS = select(messages.c.subject_id, messages.c.channel).where(
    messages.c.subject_kind == bindparam("kind"),
    messages.c.subject_id.in_(bindparam("subjects", expanding=True)),
    messages.c.nature == Nature.CARD,
)


def card_in(tx: Transaction, subject_kind: str, channels: Mapping[int, str]) -> dict[int, int]:
    """Subject → the message that is its card in the given channel; subjects without one are missing."""
    keys = {f"{subject_kind}:{subject}:{channel}": subject for subject, channel in channels.items()}
    rows = tx.execute(_BY_KEY, {"keys": list(keys)}) if keys else ()
    return {keys[row.key]: row.id for row in rows}


_BY_KEY = select(messages.c.id, messages.c.key).where(messages.c.key.in_(bindparam("keys", expanding=True)))
