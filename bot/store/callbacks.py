"""Callbacks to programs: written in the transaction of their cause, claimed like messages, sent at least once.

A receiver may get one twice (a kill between its answer and our commit): the delivery's id is the same then, and so is
every byte of the body, which is why it is kept as text.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, ColumnElement, Index, Integer, String, Table, Text, delete, exists, func, select, update

from bot.store.database import Bell, Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, UtcDateTime, metadata
from riskengine.response.callbacks import CallbackFigures, CallbackRecord, CallbackState

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", String(64), nullable=False, unique=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("subject_kind", String(64), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("event", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("host", String(255), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    #: Protocol time, all of them.
    Column("created_at", UtcDateTime, nullable=False),
    Column("tried_since", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Index("ix_callbacks_subject", "subject_kind", "subject_id"),
    Index("ix_callbacks_state", "state", "not_before"),
)

#: Of those that were given up, so many are shown.
SHOWN_DEAD = 10
LONGEST_ERROR = 500


class Wish(NamedTuple):
    """One callback: who is told of what."""

    #: Unique for ever: the same cause, told twice, is one callback.
    key: str
    subject_kind: str
    subject_id: int
    #: The word by which the receiver knows what happened; it stands in the body as well.
    event: str
    url: str
    body: dict[str, Any]


class Callback(BaseModel):
    """A claimed callback, as its sender needs it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    delivery_id: str
    subject_kind: str
    subject_id: int
    event: str
    url: str
    host: str
    body: str
    tried_since: datetime
    attempts: int


_FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def enqueue(tx: Transaction, wishes: Sequence[Wish]) -> None:
    """Have each program told; a key that was ever used is passed over."""
    if not wishes:
        return
    rows = [
        {
            **wish._asdict(),
            "host": (urlsplit(wish.url).hostname or "")[:255],
            "body": json.dumps({"event": wish.event, **wish.body}, ensure_ascii=False),
            "delivery_id": f"cb_{secrets.token_hex(16)}",
            "state": CallbackState.WAITING,
            **dict.fromkeys(("created_at", "tried_since", "not_before"), tx.protocol_now),
        }
        for wish in wishes
    ]
    tx.execute(upsert(tx, callbacks).on_conflict_do_nothing(index_elements=["key"]), rows)
    tx.ring(Bell.CALLBACKS)


def _is(state: CallbackState) -> ColumnElement[bool]:
    return callbacks.c.state == state


def _ripe(tx: Transaction) -> ColumnElement[bool]:
    return _is(CallbackState.WAITING) & (callbacks.c.not_before <= tx.protocol_now)


def _lapsed(tx: Transaction) -> ColumnElement[bool]:
    return _is(CallbackState.SENDING) & (callbacks.c.lease_until <= tx.protocol_now)


def anything_ripe(tx: Transaction) -> bool:
    """Whether a look would find something to do."""
    return bool(tx.execute(select(exists().where(_ripe(tx)) | exists().where(_lapsed(tx)))).scalar_one())


def release_expired(tx: Transaction) -> int:
    """Free what a dead or paused sender held."""
    return tx.execute(update(callbacks).where(_lapsed(tx)).values(state=CallbackState.WAITING, **_FREE)).rowcount


def take_over(tx: Transaction) -> None:
    """On SQLite one process serves, so at its start every lease is a dead one's."""
    held = update(callbacks).where(_is(CallbackState.SENDING))
    tx.execute(held.values(state=CallbackState.WAITING, **_FREE))


def claim(tx: Transaction, owner: str, lease: timedelta) -> Callback | None:
    """Take the callback that waits longest, of hosts that nobody sends to: one that hangs holds up no other."""
    busy = callbacks.alias("busy")
    is_idle = ~exists().where(busy.c.host == callbacks.c.host, busy.c.state == CallbackState.SENDING)
    first = select(callbacks.c.id).where(_ripe(tx), is_idle).order_by(callbacks.c.not_before, callbacks.c.id).limit(1)
    callback_id = tx.execute(first.with_for_update(skip_locked=True)).scalar_one_or_none()
    if callback_id is None:
        return None
    held = {"lease_owner": owner, "lease_until": tx.protocol_now + lease, "attempts": callbacks.c.attempts + 1}
    mine = update(callbacks).where(callbacks.c.id == callback_id).values(state=CallbackState.SENDING, **held)
    return Callback.model_validate(tx.execute(mine.returning(*callbacks.c)).one())


def _settle(tx: Transaction, callback: Callback, owner: str, **values: Any) -> bool:
    """False when the lease has passed to somebody else, who then settles it."""
    mine = (callbacks.c.id == callback.id) & (callbacks.c.lease_owner == owner)
    tx.ring(Bell.CALLBACKS)
    return tx.execute(update(callbacks).where(mine).values(**values, **_FREE)).rowcount == 1


def settle_delivered(tx: Transaction, callback: Callback, owner: str) -> bool:
    done = {"state": CallbackState.DELIVERED, "delivered_at": tx.protocol_now, "last_error": None}
    return _settle(tx, callback, owner, **done)


def settle_failed(tx: Transaction, callback: Callback, owner: str, again_at: datetime | None, error: str) -> bool:
    """It waits until then, or is given up."""
    state = CallbackState.DEAD if again_at is None else CallbackState.WAITING
    values = {"state": state, "not_before": again_at or tx.protocol_now, "last_error": error[:LONGEST_ERROR]}
    return _settle(tx, callback, owner, **values)


def revive(tx: Transaction, callback_id: int) -> bool:
    """Have a dead one tried anew, with a new day; False when it is not dead (any more)."""
    anew = {
        "state": CallbackState.WAITING,
        "attempts": 0,
        **dict.fromkeys(("tried_since", "not_before"), tx.protocol_now),
    }
    mine = (callbacks.c.id == callback_id) & _is(CallbackState.DEAD)
    tx.ring(Bell.CALLBACKS)
    return tx.execute(update(callbacks).where(mine).values(anew)).rowcount == 1


def by_id(tx: Transaction, callback_id: int) -> CallbackRecord | None:
    row = tx.execute(select(callbacks).where(callbacks.c.id == callback_id)).one_or_none()
    return _record(row) if row else None


def listed(tx: Transaction, state: CallbackState | None, limit: int) -> list[CallbackRecord]:
    """The newest first."""
    query = select(callbacks).order_by(callbacks.c.id.desc()).limit(limit)
    return [_record(row) for row in tx.execute(query.where(_is(state)) if state else query)]


def _record(row: Any) -> CallbackRecord:
    fields = {name: getattr(row, name) for name in CallbackRecord.model_fields if name != "next_attempt_at"}
    waits = row.state == CallbackState.WAITING
    return CallbackRecord(**fields, next_attempt_at=row.not_before if waits else None)


def figures(tx: Transaction) -> CallbackFigures:
    """How callbacks stand as a whole."""
    on_the_way = callbacks.c.state.in_((CallbackState.WAITING, CallbackState.SENDING))
    columns = (func.count(callbacks.c.id).label("number"), func.min(callbacks.c.tried_since).label("since"))
    waiting = tx.execute(select(*columns).where(on_the_way)).one()
    dead = int(tx.execute(select(func.count()).select_from(callbacks).where(_is(CallbackState.DEAD))).scalar_one())
    given_up = listed(tx, CallbackState.DEAD, SHOWN_DEAD) if dead else []
    return CallbackFigures(waiting.number, dead, waiting.since, tuple(given_up))


def forget(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete up to so many that have come to rest, and began before the moment."""
    rests = callbacks.c.state.in_((CallbackState.DELIVERED, CallbackState.DEAD))
    old = select(callbacks.c.id).where(rests, callbacks.c.created_at < before).limit(limit)
    return tx.execute(delete(callbacks).where(callbacks.c.id.in_(old))).rowcount
