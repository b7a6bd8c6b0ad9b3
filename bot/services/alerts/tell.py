"""What falls due on groups: the end of the group wait, a repeat, a lapsed acknowledgement."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.services.alerts import audience, changes, notes
from bot.settings import AlertDelivery
from bot.store import alerts as store
from bot.store import audit, cards, destinations, due, outbox, pictures
from bot.store.cards import CardWish
from bot.store.database import Transaction
from bot.store.due import DueKind, DueRow
from bot.store.messages import Priority
from riskengine.response.alerts import AlertStatus, Severity
from riskengine.response.grouping import NOBODY, Group, calm
from riskengine.rules import SOURCE

CARD = "alerts/card"
#: A transaction on a group takes some milliseconds.
BUSY_PAUSE = timedelta(milliseconds=50)


def tell_groups(tx: Transaction, rows: Sequence[DueRow], settings: AlertDelivery) -> None:
    """Show the groups' present state: post the cards that are not there yet, have the others edited.

    A group that was resolved during its wait is told too: somebody should know that it happened. Of what is muted
    nobody hears, nor that it is over; a card that stands already shows it.
    """
    due_at = {row.subject_id: row.due_at for row in rows}
    groups = _heard(tx, _groups_of(tx, rows))
    hearing = audience.read(tx, settings)
    labels = store.labels_by_group(tx, list(due_at)) if hearing.asks_labels else {}
    wishes = [
        card_wish(group, channel, due_at[group.id])
        for group in groups
        if group.status != AlertStatus.SUPPRESSED
        for channel in hearing.channels_of(group, labels.get(group.id, []))
    ]
    destinations.ensure(tx, [wish.channel for wish in wishes])
    cards.want(tx, wishes)
    cards.bump(tx, changes.GROUP, {group.id: group.revision for group in groups if group.told_at is not None})
    new = [group.id for group in groups if group.told_at is None and group.status == AlertStatus.FIRING]
    due.schedule(tx, DueKind.REPEAT_GROUP, new, tx.now + settings.repeat_interval)
    if settings.pictures:
        _want_pictures(tx, [group for group in groups if group.status == AlertStatus.FIRING])
    store.mark_told(tx, [group.id for group in groups])


def _heard(tx: Transaction, groups: Sequence[Group]) -> list[Group]:
    """Without the groups that were never told and that are muted, or were so until all of it was over."""
    over = [group.id for group in groups if group.told_at is None and group.status == AlertStatus.RESOLVED]
    loud = store.groups_with_unmuted(tx, over) if over else set()
    quiet = set(over) - loud
    quiet |= {group.id for group in groups if group.told_at is None and group.status == AlertStatus.SUPPRESSED}
    return [group for group in groups if group.id not in quiet]


def _want_pictures(tx: Transaction, firing: Sequence[Group]) -> None:
    """One for each time that a rule's alert fires; they follow the text when nothing else waits."""
    drawn = store.groups_from(tx, [group.id for group in firing], SOURCE) if firing else set()
    pictures.want(tx, changes.GROUP, {group.id: group.refires for group in firing if group.id in drawn})


def card_wish(group: Group, channel: str, due_at: datetime) -> CardWish:
    """A card of the group in a channel, urgent when the group is critical."""
    urgent = group.severity == Severity.CRITICAL
    priority = Priority.ALERT_CRITICAL if urgent else Priority.ALERT
    return CardWish(CARD, changes.GROUP, group.id, channel, group.revision, priority, due_at)


def repeat_groups(tx: Transaction, rows: Sequence[DueRow], settings: AlertDelivery) -> None:
    """Say again that a group fires when nobody has taken it for the repeat interval."""
    firing = [group for group in _groups_of(tx, rows) if group.status == AlertStatus.FIRING]
    for group in firing:
        outbox.enqueue(tx, notes.still_firing(tx, group, group.opened_at))
    store.update_groups(tx, [group.model_copy(update={"revision": group.revision + 1}) for group in firing])
    cards.bump(tx, changes.GROUP, {group.id: group.revision + 1 for group in firing})
    due.schedule(tx, DueKind.REPEAT_GROUP, [group.id for group in firing], tx.now + settings.repeat_interval)


def expire_acknowledgements(tx: Transaction, rows: Sequence[DueRow], settings: AlertDelivery) -> None:
    """Give back what was acknowledged and forgotten: its alerts fire again, and its owner is told."""
    lapsed = [group for group in _groups_of(tx, rows) if group.acknowledged and _is_over(tx, group)]
    store.unacknowledge(tx, [group.id for group in lapsed])
    asking = store.groups_firing(tx, [group.id for group in lapsed])
    for group in lapsed:
        if group.id in asking:
            outbox.enqueue(tx, notes.acknowledgement_expired(tx, group))
        detail = {"owner": group.acknowledged_by}
        audit.record(tx, [audit.Entry(audit.SYSTEM, "acknowledgement_expired", changes.GROUP, group.id, detail)])
    changes.settle(tx, [group.model_copy(update=NOBODY) for group in lapsed], settings, by_person=True)


def calm_groups(tx: Transaction, rows: Sequence[DueRow], settings: AlertDelivery) -> None:
    """Look whether groups flap no more: their cards stop saying so, and what fires since is told."""
    known = [group for group in _groups_of(tx, rows) if group.flapping_since is not None]
    looked = [calm(group, tx.now, settings.flapping) for group in known]
    calmed = [group for group, again_at in looked if again_at is None]
    store.update_groups(tx, calmed)
    cards.bump(tx, changes.GROUP, {group.id: group.revision for group in calmed if group.told_at is not None})
    firing = [group for group in calmed if group.status == AlertStatus.FIRING and group.told_at is not None]
    outbox.enqueue(tx, [note for group in firing for note in notes.calmed(tx, group)])
    again = {group.id: again_at for group, again_at in looked if again_at is not None}
    due.schedule_each(tx, DueKind.CALM_GROUP, again)


def _groups_of(tx: Transaction, rows: Sequence[DueRow]) -> list[Group]:
    """The groups of claimed rows of one kind, locked; those that somebody is changing fall due a moment later.

    Whoever changes a group may want its due row next, which is ours by now: waiting for the group would be a deadlock.
    """
    ids = [row.subject_id for row in rows]
    groups = store.lock_free_groups(tx, ids)
    busy = store.groups_by_id(tx, sorted(set(ids) - {group.id for group in groups}))
    due.schedule_by(tx, rows[0].kind, [group.id for group in busy], tx.now + BUSY_PAUSE)
    return groups


def _is_over(tx: Transaction, group: Group) -> bool:
    return group.acknowledgement_expires_at is not None and group.acknowledgement_expires_at <= tx.now
