"""What people and programs ask of silences: make one, look at it first, end it. Each verb is one transaction."""

from datetime import timedelta

from bot.errors import Conflict
from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer, at, who
from bot.services.silences import life
from bot.settings import AlertDelivery
from bot.store import audit, due, inbound, muting
from bot.store import silences as store
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.response.silences import Silence, SilenceEnd, SilenceRecord, SilenceStatus

GONE = "There is no such silence any more. Nothing was changed."
#: A preview that nobody made a silence of is forgotten after this.
DRAFT_KEPT = timedelta(days=1)


class KeyTaken(Conflict):
    """The same Idempotency-Key came with another silence."""

    code = "key_taken"
    hint = "Use a new key for a new request; GET /v1/silences shows what the old one made."


def draft(tx: Transaction, silence: Silence) -> int:
    """Keep what a person is shown before they make a silence of it; it mutes nothing."""
    store.forget_drafts(tx, tx.now - DRAFT_KEPT)
    return store.add(tx, silence, SilenceStatus.DRAFT)


def confirm(tx: Transaction, silence_id: int, user_id: str, settings: AlertDelivery) -> Answer:
    """Make a silence of what its author was shown; it lasts as long as was asked for, from now on."""
    muting.begin_change(tx)
    kept = store.lock(tx, silence_id)
    if kept is None or kept.record.created_by != user_id:
        return Answer.unchanged(GONE)
    record = kept.record
    if record.state != SilenceStatus.DRAFT:
        return Answer.unchanged("You made this silence already.")
    times = {"starts_at": tx.now, "ends_at": tx.now + (record.ends_at - record.starts_at), "created_at": tx.now}
    store.change(tx, silence_id, state=SilenceStatus.PENDING, **times)
    _begin(tx, record.model_copy(update=times), settings)
    return _commit(Answer.done())


def make(tx: Transaction, silence: Silence, key: str | None, settings: AlertDelivery) -> tuple[int, bool]:
    """Make a silence; the same key again is the same silence. Raises KeyTaken when it asks for another one."""
    known = store.by_key(tx, key) if key else None
    if known is not None:
        if (known.matchers, known.comment) != (silence.matchers, silence.comment):
            raise KeyTaken
        return known.id, False
    muting.begin_change(tx)
    silence_id = store.add(tx, silence, SilenceStatus.PENDING, key=key)
    _begin(tx, silence.model_copy(update={"id": silence_id}), settings)
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    return silence_id, True


def end(tx: Transaction, silence_id: int, by: str, delivery_id: str, settings: AlertDelivery) -> Answer:
    """End it now, or never let it begin; what it muted and still holds is told."""
    if not inbound.is_first(tx, "press", delivery_id):
        return Answer.unchanged("")
    muting.begin_change(tx)
    due.cancel(tx, DueKind.REVIEW_SILENCE, [silence_id])
    kept = store.lock(tx, silence_id)
    if kept is None or kept.record.state == SilenceStatus.DRAFT:
        return Answer.unchanged(GONE)
    if kept.record.state == SilenceStatus.EXPIRED:
        life.go_on(tx, kept, settings)
        return Answer.unchanged(_over(kept.record))
    over = life.finish(tx, kept, SilenceEnd.ENDED, by=by, settings=settings)
    life.go_on(tx, over, settings)
    return _commit(Answer.done(_ended(over.record)))


def _begin(tx: Transaction, silence: Silence, settings: AlertDelivery) -> None:
    detail = {
        "matchers": " ".join(map(str, silence.matchers)),
        "starts_at": silence.starts_at.isoformat(),
        "ends_at": silence.ends_at.isoformat(),
    }
    actor = audit.actor(silence.created_by)
    audit.record(tx, [audit.Entry(actor, "silence_made", "silence", silence.id, detail)])
    life.review(tx, silence.id, settings)


def _ended(record: SilenceRecord) -> str:
    if not record.hidden:
        return f"Silence {record.id} is over. It hid nothing."
    hid = "1 alert" if record.hidden == 1 else f"{record.hidden} alerts"
    return f"Silence {record.id} is over. It hid {hid}, of which {record.holding} still hold."


def _over(record: SilenceRecord) -> str:
    whom = f"{who(record.ended_by)} ended it" if record.ended_by else "it ended by itself"
    return f"Silence {record.id} is over already: {whom}, {at(record.ended_at)}. Nothing was changed."


def _commit(answer: Answer) -> Answer:
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    return answer
