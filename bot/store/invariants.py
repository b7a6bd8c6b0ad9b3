"""What should hold between the tables, as questions for whatever breaks it: each answers with a set of limited size."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, update

from bot.store.alert_lookups import OPEN
from bot.store.alerts import alert_groups, alerts
from bot.store.approvals import IS_PENDING, approval_requests
from bot.store.audit import audit
from bot.store.budgets import budget_raises
from bot.store.callbacks import callbacks
from bot.store.claims import Action
from bot.store.controls import controls
from bot.store.database import Bell, Transaction
from bot.store.destinations import destinations
from bot.store.due import DueKind, due
from bot.store.escalations import escalations
from bot.store.messages import AMBIGUOUS, BEHIND, OURS, SENDING, TO_POST, MessageState, Nature, is_state, messages
from bot.store.rates import method_rates
from bot.store.rule_states import rule_looks
from bot.store.silences import silences
from bot.store.telemetry.deltas import rollup_deltas
from riskengine.response.alerts import AlertStatus
from riskengine.response.callbacks import CallbackState
from riskengine.response.silences import SilenceStatus

#: Rows that one look gives.
LIMIT = 200
#: Groups that ended longer ago than this are not compared with their cards at each look.
ENDED_LATELY = timedelta(days=1)

Rows = list[Row[tuple[object, ...]]]


def _rows(tx: Transaction, query: Select[tuple[object, ...]]) -> Rows:
    return list(tx.execute(query.limit(LIMIT)))


def overdue(tx: Transaction) -> Rows:
    """Due rows whose moment has come: `id`, `kind`, `subject_id`, `due_at`, oldest first."""
    return _rows(tx, select(due).where(due.c.due_at <= tx.now).order_by(due.c.due_at))


def _without(kind: DueKind, condition: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    waits = exists().where(due.c.kind == kind, due.c.subject_id == alert_groups.c.id)
    return select(alert_groups).where(condition, ~waits).order_by(alert_groups.c.id)


def untold_groups(tx: Transaction) -> Rows:
    """Groups that fire, were never told, and that nothing is going to tell.

    What somebody took while it was muted needs nobody, and is not told until it fires.
    """
    never = and_(alert_groups.c.status == AlertStatus.FIRING, alert_groups.c.told_at.is_(None))
    return _rows(tx, _without(DueKind.TELL_GROUP, never))


def unasked_groups(tx: Transaction) -> Rows:
    """Groups that fire, were told, and will never ask again."""
    asks = and_(alert_groups.c.status == AlertStatus.FIRING, alert_groups.c.told_at.is_not(None))
    return _rows(tx, _without(DueKind.REPEAT_GROUP, asks))


def unending_acknowledgements(tx: Transaction) -> Rows:
    """Groups whose acknowledgement has an end that nothing will bring about."""
    ends = and_(alert_groups.c.acknowledgement_expires_at.is_not(None), alert_groups.c.acknowledged > 0)
    return _rows(tx, _without(DueKind.EXPIRE_ACKNOWLEDGEMENT, and_(alert_groups.c.status.in_(OPEN), ends)))


def uncalmed_groups(tx: Transaction) -> Rows:
    """Groups that flap, and of which nothing will ever say that they do not."""
    return _rows(tx, _without(DueKind.CALM_GROUP, alert_groups.c.flapping_since.is_not(None)))


def unattended_silences(tx: Transaction) -> Rows:
    """Silences that will never begin or end, or that are over and still mute alerts which hold."""
    alive = silences.c.state.in_((SilenceStatus.PENDING, SilenceStatus.ACTIVE))
    still_mutes = exists().where(alerts.c.silenced_by == silences.c.id, alerts.c.status.in_(OPEN))
    over = and_(silences.c.state == SilenceStatus.EXPIRED, still_mutes)
    waits = exists().where(due.c.kind == DueKind.REVIEW_SILENCE, due.c.subject_id == silences.c.id)
    return _rows(tx, select(silences).where(or_(alive, over), ~waits).order_by(silences.c.id))


def untimed_approvals(tx: Transaction) -> Rows:
    """Pending requests that nothing will ever remind, ask on or expire: `id`."""
    mine = select(approval_requests.c.id).where(IS_PENDING, ~_advances()).order_by(approval_requests.c.id)
    return _rows(tx, mine)


def timed_final_approvals(tx: Transaction) -> Rows:
    """Requests that are over and still have a timer: `id`."""
    return _rows(tx, select(approval_requests.c.id).where(~IS_PENDING, _advances()).order_by(approval_requests.c.id))


def _advances() -> ColumnElement[bool]:
    return exists().where(due.c.kind == DueKind.ADVANCE_APPROVAL, due.c.subject_id == approval_requests.c.id)


def unasked_escalations(tx: Transaction) -> Rows:
    """Escalations approved lately that have no verdict, and of which nobody was or will be asked: `id`."""
    ask = exists().where(due.c.kind == DueKind.ASK_NEED, due.c.subject_id == escalations.c.id)
    asked = exists().where(messages.c.subject_kind == "escalation_need", messages.c.subject_id == escalations.c.id)
    lately = exists().where(
        approval_requests.c.id == escalations.c.request_id, approval_requests.c.decided_at >= tx.now - ENDED_LATELY
    )
    since = escalations.c.created_at >= tx.now - 2 * ENDED_LATELY
    mine = and_(since, escalations.c.outcome == "approved", escalations.c.needed.is_(None), lately, ~ask, ~asked)
    return _rows(tx, select(escalations.c.id).where(mine).order_by(escalations.c.id))


def untimed_controls(tx: Transaction) -> Rows:
    """Open cost controls that nothing will ever end: `id`."""
    ends = exists().where(due.c.kind == DueKind.END_CONTROL, due.c.subject_id == controls.c.id)
    return _rows(tx, select(controls.c.id).where(controls.c.ended_at.is_(None), ~ends).order_by(controls.c.id))


def unreturned_raises(tx: Transaction) -> Rows:
    """Raises of budgets that are not closed and that no timer is going to close: `id`, `ends_at`."""
    waits = exists().where(due.c.kind == DueKind.RETURN_BUDGET, due.c.subject_id == budget_raises.c.id)
    mine = select(budget_raises.c.id, budget_raises.c.ends_at).where(budget_raises.c.ended_at.is_(None), ~waits)
    return _rows(tx, mine.order_by(budget_raises.c.id))


def planned_kinds(tx: Transaction, kinds: Sequence[DueKind]) -> set[str]:
    """Those of these kinds of due rows of which there is one."""
    return set(tx.execute(select(due.c.kind).where(due.c.kind.in_(kinds)).distinct()).scalars())


def cards_behind(tx: Transaction) -> Rows:
    """Messages at rest that show less than was wished for: `id`, `wanted_revision`."""
    return _rows(tx, select(messages.c.id, messages.c.wanted_revision).where(BEHIND).order_by(messages.c.id))


def groups_behind(tx: Transaction) -> Rows:
    """Told groups with a card at rest that nobody asked to show their newest revision, and nothing is going to.

    A change that may wait has a due row that will tell it. What ended long ago is left alone.
    """
    lately = or_(alert_groups.c.status.in_(OPEN), alert_groups.c.resolved_at >= tx.now - ENDED_LATELY)
    card = and_(messages.c.subject_kind == "alert_group", messages.c.subject_id == alert_groups.c.id)
    rests = and_(is_state(MessageState.SHOWN), messages.c.nature == Nature.CARD)
    missed = exists().where(card, rests, messages.c.wanted_revision < alert_groups.c.revision)
    return _rows(tx, _without(DueKind.TELL_GROUP, and_(lately, alert_groups.c.told_at.is_not(None), missed)))


def wake(tx: Transaction, message_ids: list[int]) -> None:
    """Have messages at rest sent again; whatever else they are, they are left alone."""
    rests = and_(messages.c.id.in_(message_ids), is_state(MessageState.SHOWN))
    tx.execute(update(messages).where(rests).values(state=MessageState.WAITING, not_before=tx.protocol_now))
    tx.ring(Bell.DELIVERY)


def lapsed_leases(tx: Transaction) -> Rows:
    """Messages that their sender has held for too long: `id`, `lease_until`."""
    lapsed = and_(SENDING, messages.c.lease_until <= tx.protocol_now)
    return _rows(tx, select(messages.c.id, messages.c.lease_until).where(lapsed).order_by(messages.c.id))


def unsought_posts(tx: Transaction, patience: timedelta) -> Rows:
    """Posts of unknown fate that could be looked for, while nobody looks for any: `id`, `attempts`.

    A long line of them is no trouble as long as it moves: each look books a call of Slack's history.
    """
    moves = or_(
        method_rates.c.booked_until > tx.protocol_now - patience, method_rates.c.held_until > tx.protocol_now - patience
    )
    ripe = and_(AMBIGUOUS, OURS, messages.c.not_before <= tx.protocol_now)
    still = ~exists().where(method_rates.c.method == Action.RECONCILE, moves)
    return _rows(tx, select(messages.c.id, messages.c.attempts).where(ripe, still).order_by(messages.c.id))


def lapsed_callbacks(tx: Transaction) -> Rows:
    """Callbacks that their sender has held for too long: `id`, `lease_until`."""
    held = callbacks.c.state == CallbackState.SENDING
    lapsed = select(callbacks.c.id, callbacks.c.lease_until).where(held, callbacks.c.lease_until <= tx.protocol_now)
    return _rows(tx, lapsed.order_by(callbacks.c.id))


def unsent_callbacks(tx: Transaction, patience: timedelta) -> Rows:
    """Callbacks that could be sent, while nobody sends any: `id`, `attempts`.

    A long line before a slow host is no trouble as long as it moves.
    """
    other = callbacks.alias("other")
    under_way = and_(other.c.state == CallbackState.SENDING, other.c.lease_until > tx.protocol_now)
    moves = exists().where(or_(under_way, other.c.delivered_at > tx.protocol_now - patience))
    ripe = and_(callbacks.c.state == CallbackState.WAITING, callbacks.c.not_before <= tx.protocol_now)
    waits = select(callbacks.c.id, callbacks.c.attempts).where(ripe, ~moves)
    return _rows(tx, waits.order_by(callbacks.c.id))


def orphaned_replies(tx: Transaction) -> Rows:
    """Replies that wait for a message which will never stand by itself: `id`, `thread_of`."""
    parent = messages.alias("parent")
    gone = parent.c.state.in_([MessageState.DEAD, MessageState.BUNDLED])
    lost = exists().where(parent.c.id == messages.c.thread_of, gone)
    return _rows(tx, select(messages.c.id, messages.c.thread_of).where(TO_POST, lost).order_by(messages.c.id))


def adopt(tx: Transaction, reply_ids: list[int]) -> None:
    """Put replies under the digest that stands for their message, or into the channel where it was given up."""
    parent = messages.alias("parent")
    root = select(parent.c.digest_id).where(parent.c.id == messages.c.thread_of).scalar_subquery()
    tx.execute(update(messages).where(messages.c.id.in_(reply_ids)).values(thread_of=root))
    tx.ring(Bell.DELIVERY)


def unknown_channels(tx: Transaction) -> list[str]:
    """Channels that messages wait for and that no claim looks at."""
    known = exists().where(destinations.c.channel == messages.c.channel)
    return list(tx.execute(select(messages.c.channel).where(TO_POST, ~known).distinct().limit(LIMIT)).scalars())


def oldest_unsealed(tx: Transaction) -> int | None:
    """The first audit row that is not in the chain."""
    number: int | None = tx.execute(select(func.min(audit.c.id)).where(audit.c.hash.is_(None))).scalar_one()
    return number


def oldest_delta(tx: Transaction) -> tuple[int, str] | None:
    """The first calls that are not summed. An id alone does not name them: SQLite gives it again."""
    row = tx.execute(select(rollup_deltas).order_by(rollup_deltas.c.id).limit(1)).one_or_none()
    return (row.id, row.payload) if row else None


def last_rule_look(tx: Transaction) -> str:
    """When the rules were judged last; a word that never changes when they never were."""
    moment = tx.execute(select(func.max(rule_looks.c.looked_at))).scalar_one_or_none()
    return moment.isoformat() if moment else "never"
