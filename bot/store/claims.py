"""Hands work to the delivery: what may be sent now, by Slack's rates, most urgent first, each row to one sender."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.store import destinations, rates
from bot.store.database import Transaction
from bot.store.destinations import destinations as places
from bot.store.messages import (
    AMBIGUOUS,
    DEAD,
    MOMENT,
    OURS,
    SENDING,
    TO_EDIT,
    TO_POST,
    MessageRow,
    MessageState,
    is_ours,
    messages,
)
from bot.store.rates import MethodRate
from bot.store.schema import UtcDateTime


class Action(StrEnum):
    """What the delivery is to do with a claimed message."""

    POST = "chat.postMessage"
    EDIT = "chat.update"
    #: Look whether an earlier post of unknown fate is there; named by the method that it costs.
    RECONCILE = "conversations.history"
    #: Begin to upload a picture.
    UPLOAD = "files.getUploadURLExternal"


class Claimed(NamedTuple):
    row: MessageRow
    action: Action


class Terms(NamedTuple):
    """On what terms work is handed out."""

    owner: str
    lease: timedelta
    channel_post_interval: timedelta
    rates: Mapping[str, MethodRate]
    #: Most messages of one kind in one claim; the next claim follows at once.
    limit: int = 20


_LIMIT = bindparam("most", type_=Integer)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def _first_of(kind: ColumnElement[bool]) -> Select[int]:
    """The most urgent first; of equals the one that waits longest."""
    turn = (messages.c.priority, messages.c.not_before, messages.c.id)
    ripe = select(messages.c.id).where(kind, OURS, messages.c.not_before <= MOMENT)
    return ripe.order_by(*turn).limit(_LIMIT).with_for_update(skip_locked=True)


def _first_posts() -> Select[str, int]:
    """The most urgent new message of each channel whose turn has come.

    The channels' rows are locked, those of another replica's claim skipped: no channel gets two posts in one turn.
    """
    parent = messages.alias("parent")
    sibling = messages.alias("sibling")
    thread_stands = or_(
        messages.c.thread_of.is_(None),
        exists().where(parent.c.id == messages.c.thread_of, parent.c.ts.is_not(None)),
    )
    # Replies keep their order: one waits for those before it, also while they pause after a refusal.
    thread_is_quiet = ~exists().where(
        sibling.c.thread_of == messages.c.thread_of,
        sibling.c.id < messages.c.id,
        is_ours(sibling),
        sibling.c.state.in_([MessageState.WAITING, MessageState.SENDING, MessageState.AMBIGUOUS]),
    )
    first = (
        select(messages.c.id)
        .where(
            messages.c.channel == places.c.channel,
            TO_POST,
            OURS,
            messages.c.not_before <= MOMENT,
            thread_stands,
            thread_is_quiet,
        )
        .order_by(messages.c.priority, messages.c.id)
        .limit(1)
        .correlate(places)
        .scalar_subquery()
    )
    open_now = select(places.c.channel, first.label("message_id")).where(places.c.next_post_at <= MOMENT)
    return open_now.with_for_update(of=places, skip_locked=True)


def _leased(**more: Any) -> Any:
    free = messages.c.state.in_([MessageState.WAITING, MessageState.AMBIGUOUS])
    held = {
        "state": MessageState.SENDING,
        "lease_owner": bindparam("owner"),
        "lease_until": bindparam("until", type_=UtcDateTime),
        "attempts": messages.c.attempts + 1,
    }
    mine = update(messages).where(messages.c.id.in_(_IDS), free)
    return mine.values(**held, **more).returning(*messages.c)


def _freed() -> Any:
    """Of a dead or paused sender: an edit may be repeated, a first post must be looked for first."""
    fate = case((messages.c.ts.is_(None), MessageState.AMBIGUOUS), else_=MessageState.WAITING)
    lapsed = update(messages).where(SENDING, messages.c.lease_until <= MOMENT)
    return lapsed.values(state=fate, lease_owner=None, lease_until=None, not_before=MOMENT)


# Made once: building them takes longer than running them, and an alert waits for both.
_FIRST_POSTS = _first_posts()
_BY_URGENCY = select(messages.c.id).where(messages.c.id.in_(_IDS)).order_by(messages.c.priority, messages.c.id)
_FIRST_EDITS = _first_of(TO_EDIT)
_FIRST_AMBIGUOUS = _first_of(AMBIGUOUS)
_FREED = _freed()
_LEASED = _leased()
# Kept from the first try on: history is read from there, since any of the tries may have been taken.
_LEASED_TO_POST = _leased(claimed_at=func.coalesce(messages.c.claimed_at, MOMENT))


def claim(tx: Transaction, terms: Terms) -> list[Claimed]:
    """Take what may be sent now. A row is leased to the owner; a lease that runs out comes back as of unknown fate."""
    release_expired(tx)
    wanted = {
        Action.POST: _postable(tx, terms.limit),
        Action.EDIT: _first(tx, _FIRST_EDITS, terms.limit),
        Action.RECONCILE: _first(tx, _FIRST_AMBIGUOUS, terms.limit),
    }
    granted = rates.book(tx, {action: len(ids) for action, ids in wanted.items()}, terms.rates)
    claimed = []
    for action, ids in wanted.items():
        taken = _lease(tx, ids[: granted.get(action, 0)], terms, is_post=action == Action.POST)
        claimed += [Claimed(row, action) for row in taken]
        if action == Action.POST:
            for row in taken:
                destinations.spend_post(tx, row.channel, terms.channel_post_interval)
    return claimed


def release_expired(tx: Transaction) -> int:
    """Free what senders held past their lease; returns how many."""
    return tx.execute(_FREED, {"moment": tx.protocol_now}).rowcount


def give_back(tx: Transaction, owner: str, settle: timedelta) -> int:
    """At an orderly end: what the owner still holds is free at once, or `settle` after a post may have been sent."""
    fate = case((messages.c.ts.is_(None), MessageState.AMBIGUOUS), else_=MessageState.WAITING)
    free = {"state": fate, "lease_owner": None, "lease_until": None, "not_before": tx.protocol_now + settle}
    return tx.execute(update(messages).where(SENDING, messages.c.lease_owner == owner).values(free)).rowcount


def take_over(tx: Transaction, owner: str, settle: timedelta) -> int:
    """On SQLite one process serves, so at its start every other owner is dead: their leases end after `settle`.

    The pause lets a request that the dead process had sent still arrive before history is read.
    """
    orphaned = and_(SENDING, messages.c.lease_owner != owner)
    until = tx.protocol_now + settle
    return tx.execute(
        update(messages).where(orphaned, messages.c.lease_until > until).values(lease_until=until)
    ).rowcount


def _postable(tx: Transaction, limit: int) -> list[int]:
    found = [row.message_id for row in tx.execute(_FIRST_POSTS, {"moment": tx.protocol_now})]
    ids = [each for each in found if each is not None]
    if len(ids) > 1:
        ids = [row.id for row in tx.execute(_BY_URGENCY, {"ids": ids})]
    return ids[:limit]


def _first(tx: Transaction, query: Select[int], limit: int) -> list[int]:
    return [row.id for row in tx.execute(query, {"moment": tx.protocol_now, "most": limit})]


def _lease(tx: Transaction, ids: Sequence[int], terms: Terms, *, is_post: bool) -> list[MessageRow]:
    if not ids:
        return []
    held = {"ids": ids, "owner": terms.owner, "until": tx.protocol_now + terms.lease}
    leased = tx.execute(_LEASED_TO_POST, {**held, "moment": tx.protocol_now}) if is_post else tx.execute(_LEASED, held)
    rows = [MessageRow.model_validate(row) for row in leased]
    return sorted(rows, key=lambda row: (row.priority, row.id))


class Queue(NamedTuple):
    """The queue as a person or a metric sees it."""

    waiting: int
    ambiguous: int
    dead: int
    oldest_seconds: float


def queue(tx: Transaction) -> Queue:
    def count(kind: ColumnElement[bool]) -> int:
        return int(tx.execute(select(func.count()).select_from(messages).where(kind)).scalar_one())

    # An edit waits since its newer state was wished for, not since its card was.
    since = ((TO_POST, messages.c.wanted_at), (TO_EDIT, messages.c.not_before))
    oldest = [tx.execute(select(func.min(moment)).where(kind)).scalar_one() for kind, moment in since]
    waits = [tx.protocol_now - moment for moment in oldest if moment is not None]
    return Queue(
        waiting=count(TO_POST) + count(TO_EDIT) + count(SENDING),
        ambiguous=count(AMBIGUOUS),
        dead=count(DEAD),
        oldest_seconds=max([wait.total_seconds() for wait in waits], default=0.0),
    )
