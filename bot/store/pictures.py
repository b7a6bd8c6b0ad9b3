"""Pictures for cards: drawn and uploaded after the text has been told, each once, by whoever claims it.

An upload is invisible until a card shows the file, and a card is edited in place: whatever is cut off in between, no
picture can appear twice. The file's id is stored before its bytes are sent, so that an upload of unknown fate is asked
for by its id instead of being made again.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, ColumnElement, Index, Integer, String, Table, Text, exists, or_, select, update

from bot.store.database import Bell, Transaction
from bot.store.dialects import upsert
from bot.store.messages import MessageState, Nature, messages
from bot.store.schema import Id, UtcDateTime, metadata


class PictureState(StrEnum):
    """Where a picture stands between the wish and its card."""

    WAITING = "waiting"
    SENDING = "sending"
    #: Slack has it and still looks at it: a card that shows it at once would be refused.
    UPLOADED = "uploaded"
    SHOWN = "shown"
    #: Too many others waited, or a digest stands in its card's place.
    SKIPPED = "skipped"
    DEAD = "dead"


pictures = Table(
    "pictures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_kind", String(64), nullable=False),
    Column("subject_id", Id, nullable=False),
    #: Which of the subject's pictures; the card shows the newest.
    Column("number", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("file_id", String(32)),
    Column("alt_text", Text),
    #: Protocol time.
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Index("uq_pictures_subject", "subject_kind", "subject_id", "number", unique=True),
    Index("ix_pictures_state", "state", "not_before"),
)


class Picture(BaseModel):
    """One row."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    subject_kind: str
    subject_id: int
    number: int
    file_id: str | None
    alt_text: str | None
    attempts: int


class Shown(NamedTuple):
    """A file of Slack's, and what it shows in words."""

    file_id: str
    alt_text: str


_FREE = {"lease_owner": None, "lease_until": None}


def want(tx: Transaction, subject_kind: str, numbers: Mapping[int, int]) -> None:
    """Have a picture of this number for each subject; safe to repeat."""
    moments = {"wanted_at": tx.protocol_now, "not_before": tx.protocol_now}
    new = {"subject_kind": subject_kind, "state": PictureState.WAITING, **moments}
    rows = [{**new, "subject_id": each, "number": number} for each, number in sorted(numbers.items())]
    if rows:
        columns = ["subject_kind", "subject_id", "number"]
        tx.execute(upsert(tx, pictures).on_conflict_do_nothing(index_elements=columns), rows)
        tx.ring(Bell.DELIVERY)


def anything_ripe(tx: Transaction) -> bool:
    """Whether a look would find something to do."""
    states = (PictureState.WAITING, PictureState.UPLOADED)
    ripe = pictures.c.state.in_(states) & (pictures.c.not_before <= tx.protocol_now)
    return bool(tx.execute(select(or_(exists().where(ripe), exists().where(_lapsed(tx))))).scalar_one())


def release_expired(tx: Transaction) -> None:
    """Free what a dead or paused sender held."""
    tx.execute(update(pictures).where(_lapsed(tx)).values(state=PictureState.WAITING, **_FREE))


def _lapsed(tx: Transaction) -> ColumnElement[bool]:
    return (pictures.c.state == PictureState.SENDING) & (pictures.c.lease_until <= tx.protocol_now)


def give_back(tx: Transaction, owner: str) -> None:
    """At an orderly end, and on SQLite at the start: what this owner, or anybody else, still holds is free."""
    tx.execute(update(pictures).where(pictures.c.lease_owner == owner).values(state=PictureState.WAITING, **_FREE))


def take_over(tx: Transaction) -> None:
    """On SQLite one process serves, so at its start every lease is a dead one's."""
    held = pictures.c.state == PictureState.SENDING
    tx.execute(update(pictures).where(held).values(state=PictureState.WAITING, **_FREE))


def skip_hopeless(tx: Transaction, patience: timedelta) -> None:
    """Give up what waited too long behind more important messages, and what has no card to stand on."""
    waiting = pictures.c.state == PictureState.WAITING
    late = pictures.c.wanted_at <= tx.protocol_now - patience
    in_digest = exists().where(_is_card, messages.c.state == MessageState.BUNDLED) & ~exists().where(_stands)
    tx.execute(update(pictures).where(waiting, late | in_digest).values(state=PictureState.SKIPPED))


_is_card = (
    (messages.c.subject_kind == pictures.c.subject_kind)
    & (messages.c.subject_id == pictures.c.subject_id)
    & (messages.c.nature == Nature.CARD)
)
_stands = _is_card & messages.c.ts.is_not(None)


def claim(tx: Transaction, owner: str, lease: timedelta) -> Picture | None:
    """Take the next picture whose card stands; another replica's are passed over."""
    ripe = (pictures.c.state == PictureState.WAITING) & (pictures.c.not_before <= tx.protocol_now)
    first = select(pictures.c.id).where(ripe, exists().where(_stands)).order_by(pictures.c.id).limit(1)
    picture_id = tx.execute(first.with_for_update(skip_locked=True)).scalar_one_or_none()
    if picture_id is None:
        return None
    held = {"lease_owner": owner, "lease_until": tx.protocol_now + lease, "attempts": pictures.c.attempts + 1}
    mine = update(pictures).where(pictures.c.id == picture_id).values(state=PictureState.SENDING, **held)
    return Picture.model_validate(tx.execute(mine.returning(*pictures.c)).one())


def settle(tx: Transaction, picture: Picture, owner: str, state: PictureState, **values: Any) -> bool:
    """Write what came of it; False when the lease has passed to somebody else, who then does."""
    mine = (pictures.c.id == picture.id) & (pictures.c.lease_owner == owner)
    done = tx.execute(update(pictures).where(mine).values(state=state, **values, **_FREE))
    tx.ring(Bell.DELIVERY)
    return done.rowcount == 1


def note_file(tx: Transaction, picture: Picture, owner: str, file_id: str, alt_text: str) -> bool:
    """Remember the file before its bytes are sent; False when the lease has passed to somebody else."""
    mine = (pictures.c.id == picture.id) & (pictures.c.lease_owner == owner)
    return tx.execute(update(pictures).where(mine).values(file_id=file_id, alt_text=alt_text)).rowcount == 1


def ripe_subjects(tx: Transaction, subject_kind: str) -> list[int]:
    """Subjects with a picture that Slack has had for long enough to show it."""
    mine = select(pictures.c.subject_id).where(pictures.c.subject_kind == subject_kind, _ripe_upload(tx))
    return sorted(set(tx.execute(mine).scalars()))


def mark_shown(tx: Transaction, subject_kind: str, subject_ids: Sequence[int]) -> None:
    """From now on the cards of these subjects show it."""
    mine = (pictures.c.subject_kind == subject_kind) & pictures.c.subject_id.in_(subject_ids)
    tx.execute(update(pictures).where(mine, _ripe_upload(tx)).values(state=PictureState.SHOWN))


def _ripe_upload(tx: Transaction) -> ColumnElement[bool]:
    return (pictures.c.state == PictureState.UPLOADED) & (pictures.c.not_before <= tx.protocol_now)


def shown(tx: Transaction, subject_kind: str, subject_id: int) -> Shown | None:
    """The newest picture that the subject's card shows."""
    row = tx.execute(_shown_of(subject_kind, subject_id)).one_or_none()
    return Shown(row.file_id, row.alt_text or "") if row else None


def refused(tx: Transaction, subject_kind: str, subject_id: int, *, pause: timedelta, most: int) -> bool:
    """A card was refused that showed a picture: it goes without, and the picture comes back after a pause, if at all.

    True when there was a picture, so that the refusal may be its fault.
    """
    row = tx.execute(_shown_of(subject_kind, subject_id).with_for_update()).one_or_none()
    if row is None:
        return False
    again = row.attempts < most
    hidden = {
        "state": PictureState.UPLOADED if again else PictureState.DEAD,
        "not_before": tx.protocol_now + pause * 2**row.attempts,
        "attempts": row.attempts + 1,
        "last_error": "its card was refused with it",
    }
    tx.execute(update(pictures).where(pictures.c.id == row.id).values(hidden))
    return True


def _shown_of(subject_kind: str, subject_id: int) -> Any:
    mine = (pictures.c.subject_kind == subject_kind) & (pictures.c.subject_id == subject_id)
    newest = select(pictures).where(mine, pictures.c.state == PictureState.SHOWN).order_by(pictures.c.number.desc())
    return newest.limit(1)
