"""What has been kept long enough, taken away in portions: whoever waits for the writer waits some ms."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update

from bot.store.alerts import alert_groups, alerts
from bot.store.database import Transaction
from bot.store.digests import KIND as DIGEST
from bot.store.due import due
from bot.store.inhibitions import inhibition_sides
from bot.store.judgements import alert_judgements
from bot.store.messages import MessageState, Nature, is_state, messages
from bot.store.pictures import pictures
from bot.store.silences import silences
from riskengine.response.alerts import AlertStatus
from riskengine.response.silences import SilenceStatus

GROUP = "alert_group"
SETTLED = or_(is_state(MessageState.SHOWN), is_state(MessageState.DEAD), is_state(MessageState.BUNDLED))


def lock_expired_groups(tx: Transaction, before: datetime, limit: int) -> list[int]:
    """Groups that were over before the moment, the oldest first.

    Without those that somebody is at, and those with a message that is still to be sent.
    """
    unsettled = exists().where(messages.c.subject_kind == GROUP, messages.c.subject_id == alert_groups.c.id, ~SETTLED)
    over = and_(alert_groups.c.status == AlertStatus.RESOLVED, alert_groups.c.resolved_at < before)
    query = select(alert_groups.c.id).where(over, ~unsettled).order_by(alert_groups.c.resolved_at).limit(limit)
    return list(tx.execute(query.with_for_update(skip_locked=True)).scalars())


def forget_alerts(tx: Transaction, group_ids: Sequence[int], limit: int, before: datetime | None = None) -> int:
    """Delete up to so many alerts of these groups that are over, with a moment those that were before it."""
    over = and_(alerts.c.group_id.in_(group_ids), alerts.c.status == AlertStatus.RESOLVED)
    if before is not None:
        over = and_(over, alerts.c.resolved_at < before)
    ids = list(tx.execute(select(alerts.c.id).where(over).limit(limit)).scalars())
    tx.execute(delete(inhibition_sides).where(inhibition_sides.c.alert_id.in_(ids)))
    return tx.execute(delete(alerts).where(alerts.c.id.in_(ids))).rowcount


def forget_empty_groups(tx: Transaction, group_ids: Sequence[int]) -> list[int]:
    """Delete those of these groups that have no alerts left, and all that hangs on them; gives their ids."""
    filled = exists().where(alerts.c.group_id == alert_groups.c.id)
    empty = select(alert_groups.c.id).where(alert_groups.c.id.in_(group_ids), ~filled).order_by(alert_groups.c.id)
    ids = list(tx.execute(empty).scalars())
    if ids:
        forget_messages_of(tx, GROUP, ids)
        tx.execute(delete(alert_judgements).where(alert_judgements.c.group_id.in_(ids)))
        tx.execute(delete(pictures).where(pictures.c.subject_kind == GROUP, pictures.c.subject_id.in_(ids)))
        tx.execute(delete(due).where(due.c.kind.startswith(f"{GROUP}.", autoescape=True), due.c.subject_id.in_(ids)))
        tx.execute(delete(alert_groups).where(alert_groups.c.id.in_(ids)))
    return ids


def forget_messages_of(tx: Transaction, subject_kind: str, subject_ids: Sequence[int]) -> None:
    """Delete the messages of these subjects, and the digests that listed nothing else."""
    mine = and_(messages.c.subject_kind == subject_kind, messages.c.subject_id.in_(subject_ids))
    found = tx.execute(select(messages.c.id, messages.c.digest_id).where(mine)).all()
    _forget_messages(tx, [row.id for row in found])
    digests = {row.digest_id for row in found if row.digest_id is not None}
    member = messages.alias("member")
    emptied = and_(messages.c.id.in_(digests), SETTLED, ~exists().where(member.c.digest_id == messages.c.id))
    _forget_messages(tx, list(tx.execute(select(messages.c.id).where(emptied)).scalars()))


def _forget_messages(tx: Transaction, ids: Sequence[int]) -> None:
    """Delete messages; replies of others in their threads stay where they stand in Slack."""
    if ids:
        tx.execute(update(messages).where(messages.c.thread_of.in_(ids)).values(thread_of=None))
        tx.execute(delete(messages).where(messages.c.id.in_(ids)))


def forget_notes(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete notes that were settled and wished for before the (protocol) moment; a note goes after its replies.

    Ids grow with time, so what is younger is not even looked at.
    """
    younger = select(messages.c.id).where(messages.c.wanted_at >= before).order_by(messages.c.id).limit(1)
    first = tx.execute(younger).scalar_one_or_none()
    reply = messages.alias("reply")
    old: ColumnElement[bool] = and_(
        or_(messages.c.nature == Nature.NOTE, messages.c.subject_kind == DIGEST),
        or_(is_state(MessageState.SHOWN), is_state(MessageState.DEAD)),
        messages.c.wanted_at < before,
        ~exists().where(or_(reply.c.thread_of == messages.c.id, reply.c.digest_id == messages.c.id)),
    )
    if first is not None:
        old = and_(old, messages.c.id < first)
    ids = list(tx.execute(select(messages.c.id).where(old).order_by(messages.c.id).limit(limit)).scalars())
    return tx.execute(delete(messages).where(messages.c.id.in_(ids))).rowcount


def forget_silences(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete up to so many silences that ended before the moment and that no alert names any more.

    The newest stays: SQLite would give its id to the next one, and an old button would end a silence of today's.
    """
    named = exists().where(alerts.c.silenced_by == silences.c.id)
    over = and_(silences.c.state == SilenceStatus.EXPIRED, silences.c.ended_at < before, ~named)
    older = silences.c.id < select(func.max(silences.c.id)).scalar_subquery()
    ids = list(tx.execute(select(silences.c.id).where(over, older).order_by(silences.c.id).limit(limit)).scalars())
    return tx.execute(delete(silences).where(silences.c.id.in_(ids))).rowcount if ids else 0


def forget_failed_due(tx: Transaction, failures: int) -> int:
    """Delete timers that have failed so often, which by now is so long ago that nobody waits for them."""
    return tx.execute(delete(due).where(due.c.failures >= failures)).rowcount


def next_long_open(tx: Transaction, before: datetime, after: int) -> int:
    """The next group by its id that has been open since before the moment and has alerts that were over by then.

    0 when there is none.
    """
    is_open = and_(alert_groups.c.status != AlertStatus.RESOLVED, alert_groups.c.opened_at < before)
    over = and_(alerts.c.status == AlertStatus.RESOLVED, alerts.c.resolved_at < before)
    has = exists().where(alerts.c.group_id == alert_groups.c.id, over)
    query = select(alert_groups.c.id).where(is_open, has, alert_groups.c.id > after).order_by(alert_groups.c.id)
    found: int | None = tx.execute(query.limit(1)).scalar_one_or_none()
    return found or 0
