"""Every message that Slack is to show: cards, edited in place as their subject changes, and notes, posted once.

One table, because posting is one problem: a first post must happen once, whether or not newer states follow.
`cards.py` and `outbox.py` write the wishes, `claims.py` hands them to the delivery, which settles them here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    update,
)

from bot.paths import TEMPLATES
from bot.store.database import Bell, Transaction
from bot.store.schema import Id, Json, UtcDateTime, metadata

#: How the files of messages end.
SUFFIX = ".json.j2"


class MessageState(StrEnum):
    """Where a message stands between the wish and Slack."""

    WAITING = "waiting"
    SENDING = "sending"
    #: A post whose answer is unknown: the channel's history decides before anything is posted again.
    AMBIGUOUS = "ambiguous"
    SHOWN = "shown"
    #: Told as a line of a digest instead of by itself.
    BUNDLED = "bundled"
    DEAD = "dead"


class Nature(StrEnum):
    CARD = "card"
    NOTE = "note"


class Priority(IntEnum):
    """Smaller goes first; the gaps leave room."""

    URGENT = 10
    ALERT_CRITICAL = 20
    ALERT = 30
    NOTE = 40
    REPORT = 50


messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    #: Grows when the message must be posted anew, so that history tells the old post from the new one.
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("nature", String(8), nullable=False),
    Column("template", String(64), nullable=False),
    Column("subject_kind", String(64), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("payload", Json, nullable=False),
    Column("channel", String(80), nullable=False),
    Column("thread_of", Id, ForeignKey("messages.id")),
    Column("broadcast", Boolean, nullable=False, server_default=false()),
    Column("priority", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("wanted_revision", Integer, nullable=False),
    Column("shown_revision", Integer),
    Column("posted_channel", String(80)),
    Column("ts", String(32)),
    #: Protocol time: when the message was first due, what it waits for, and until when a sender holds it.
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("hold_reason", Text),
    Column("late_seconds", Float),
    Column("late_reason", Text),
    Column("digest_id", Id, ForeignKey("messages.id")),
    Column("rerouted_from", String(80)),
    #: Blocks that Slack refused go as plain text; a post that may be a repeat shows the tail of its key.
    Column("plain", Boolean, nullable=False, server_default=false()),
    Column("marked", Boolean, nullable=False, server_default=false()),
    Column("last_error", Text),
    Index("ix_messages_subject", "subject_kind", "subject_id"),
    Index("ix_messages_digest", "digest_id"),
    Index("ix_messages_thread", "thread_of"),
)


def is_state(state: MessageState) -> ColumnElement[bool]:
    """Spelled as a constant: a planner cannot know that a bound parameter fits a partial index."""
    return messages.c.state == literal_column(f"'{state}'")


#: Every message that this program can write; one of another is left to the newer program that wished for it.
TEMPLATE_NAMES = sorted(
    path.relative_to(TEMPLATES).as_posix().removesuffix(SUFFIX) for path in TEMPLATES.rglob(f"*{SUFFIX}")
)


def _is_one_of(column: str, words: Iterable[str], table: Any) -> ColumnElement[bool]:
    """Spelled as constants, which costs nothing at each execution."""
    known: ColumnElement[bool] = table.c[column].in_([literal_column(f"'{word}'") for word in words])
    return known


def is_ours(table: Any) -> ColumnElement[bool]:
    """Whether this program can send it; replicas are upgraded one after the other, on one table of messages."""
    return and_(_is_one_of("template", TEMPLATE_NAMES, table), _is_one_of("nature", Nature, table))


OURS = is_ours(messages)

TO_POST = and_(is_state(MessageState.WAITING), messages.c.ts.is_(None))
TO_EDIT = and_(is_state(MessageState.WAITING), messages.c.ts.is_not(None))
SENDING = is_state(MessageState.SENDING)
AMBIGUOUS = is_state(MessageState.AMBIGUOUS)
DEAD = is_state(MessageState.DEAD)
#: At rest, and yet not as it should be; nothing of ours leaves a message so.
BEHIND = and_(is_state(MessageState.SHOWN), messages.c.shown_revision < messages.c.wanted_revision)

# Among a million shown messages the few that want something are found at once.
for _name, _columns, _where in (
    ("to_post", (messages.c.channel, messages.c.priority, messages.c.id), TO_POST),
    ("to_edit", (messages.c.priority, messages.c.not_before, messages.c.id), TO_EDIT),
    ("sending", (messages.c.lease_until,), SENDING),
    ("ambiguous", (messages.c.priority, messages.c.not_before, messages.c.id), AMBIGUOUS),
    ("dead", (messages.c.id,), DEAD),
    ("behind", (messages.c.id,), BEHIND),
):
    Index(f"ix_messages_{_name}", *_columns, sqlite_where=_where, postgresql_where=_where)


class MessageRow(BaseModel):
    """One row of messages, as the delivery needs it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    key: str
    generation: int
    nature: Nature
    template: str
    subject_kind: str
    subject_id: int
    payload: dict[str, Any]
    channel: str
    thread_of: int | None
    broadcast: bool
    priority: int
    state: MessageState
    wanted_revision: int
    shown_revision: int | None
    posted_channel: str | None
    ts: str | None
    wanted_at: datetime
    claimed_at: datetime | None
    lease_until: datetime | None
    attempts: int
    hold_reason: str | None
    late_seconds: float | None
    late_reason: str | None
    rerouted_from: str | None
    plain: bool
    marked: bool

    @property
    def post_key(self) -> str:
        """What the post carries in its metadata, so that history can tell whether it arrived."""
        return f"{self.key}/{self.generation}"


def _mine(row: MessageRow, owner: str) -> Any:
    """Only the holder of the lease may settle: a sender that was paused past its lease is fenced off here."""
    return (messages.c.id == row.id) & (messages.c.lease_owner == owner)


#: Slack's ids of conversations between two begin with it.
DM = "D"
_RELEASED = {"lease_owner": None, "lease_until": None}


#: The moment of `woken` in a statement that is made once.
MOMENT = bindparam("moment", type_=UtcDateTime)


def woken(moment: Any) -> dict[str, Any]:
    """What changes when a newer state is to be shown: what is shown waits from now on, what was given up tries anew.

    One that waits already keeps its place, and goes to the end once it was shown: what changes all the time must not
    keep the others from Slack's rate.
    """
    dead = messages.c.state == MessageState.DEAD
    asleep = or_(messages.c.state == MessageState.SHOWN, dead)
    return {
        "state": case((asleep, MessageState.WAITING), else_=messages.c.state),
        "not_before": case((asleep, moment), else_=messages.c.not_before),
        "attempts": case((dead, 0), else_=messages.c.attempts),
    }


_SHOWN = (
    update(messages)
    .where(messages.c.id == bindparam("message"), messages.c.lease_owner == bindparam("owner"))
    .values(
        shown_revision=bindparam("revision"),
        state=case(
            (messages.c.wanted_revision > bindparam("revision"), MessageState.WAITING), else_=MessageState.SHOWN
        ),
        not_before=MOMENT,
        attempts=0,
        hold_reason=None,
        last_error=None,
        **_RELEASED,
    )
)

_SHOW_AGAIN = (
    update(messages)
    .where(messages.c.id == bindparam("message"), is_state(MessageState.SHOWN))
    .values(state=MessageState.WAITING, not_before=MOMENT)
)


def settle_shown(tx: Transaction, row: MessageRow, owner: str, *, revision: int, **posted: Any) -> bool:
    """Slack shows this revision; when a newer one was wanted meanwhile, the message waits again.

    A copy in somebody's DM is as urgent as its card until it is there; its edits go behind those of cards. Slack takes
    50 a minute, and a decision edits the copies of all who were asked; a press on an old one is answered truthfully.

    An edit by a sender that was stopped past its lease may have put an old state over the new one of another sender.
    Nobody can take that back, but the newest state is shown once more.
    """
    mine = {"message": row.id, "owner": owner, "revision": revision, "moment": tx.protocol_now}
    if str(posted.get("posted_channel")).startswith(DM):
        posted["priority"] = max(row.priority, Priority.NOTE)
    done = tx.execute(_SHOWN, {**mine, **posted}).rowcount == 1
    if not done and row.ts is not None:
        tx.execute(_SHOW_AGAIN, {"message": row.id, "moment": tx.protocol_now})
    tx.ring(Bell.DELIVERY)
    return done


def settle_waiting(
    tx: Transaction,
    row: MessageRow,
    owner: str,
    *,
    pause: timedelta,
    reason: str,
    counts: bool = True,
    **values: Any,
) -> bool:
    """It was not taken: try again after the pause. A wait that Slack ordered does not count as a failed try.

    The reason is for readers, who see it on a message that comes late; `last_error` may say more to operators.
    """
    waiting = {"state": MessageState.WAITING, "hold_reason": reason, **values}
    return _put_off(tx, row, owner, pause, reason, counts=counts, **waiting)


def settle_ambiguous(
    tx: Transaction,
    row: MessageRow,
    owner: str,
    *,
    pause: timedelta,
    reason: str,
    counts: bool = True,
    **values: Any,
) -> bool:
    """It may have been taken: after the pause, history is read before anything is posted again."""
    # What kept it until then is what the post says of its being late.
    held = func.coalesce(messages.c.hold_reason, reason)
    ambiguous = {"state": MessageState.AMBIGUOUS, "hold_reason": held, **values}
    return _put_off(tx, row, owner, pause, reason, counts=counts, **ambiguous)


def _put_off(
    tx: Transaction, row: MessageRow, owner: str, pause: timedelta, reason: str, *, counts: bool, **values: Any
) -> bool:
    later = {
        "attempts": messages.c.attempts - (0 if counts else 1),
        "not_before": tx.protocol_now + pause,
        "last_error": reason,
        **values,
        **_RELEASED,
    }
    return tx.execute(update(messages).where(_mine(row, owner)).values(later)).rowcount == 1


def settle_changed(tx: Transaction, row: MessageRow, owner: str, **values: Any) -> bool:
    """Wait again at once with something changed: another channel, plain text, a new generation."""
    again = {"state": MessageState.WAITING, "not_before": tx.protocol_now, **values, **_RELEASED}
    done = tx.execute(update(messages).where(_mine(row, owner)).values(again))
    tx.ring(Bell.DELIVERY)
    return done.rowcount == 1


def posted_anew(tx: Transaction, generation: int, row: MessageRow | None = None) -> dict[str, Any]:
    """What changes when a message is posted anew, under a new key; one never shown stays as late as it is."""
    was_shown = row is None or row.ts is not None
    gone = {"ts": None, "posted_channel": None, "shown_revision": None, "claimed_at": None}
    return {**gone, "generation": generation + 1, **({"wanted_at": tx.protocol_now} if was_shown else {})}


def settle_dead(tx: Transaction, row: MessageRow, owner: str, *, reason: str) -> bool:
    """Given up; the row stays as the record of what was not told, and replies to it go to the channel itself."""
    values = {"state": MessageState.DEAD, "last_error": reason, **_RELEASED}
    done = tx.execute(update(messages).where(_mine(row, owner)).values(values)).rowcount == 1
    # After it, so that a reply which somebody is writing now is seen: its writer holds the row above.
    tx.execute(update(messages).where(messages.c.thread_of == row.id).values(thread_of=None))
    return done
