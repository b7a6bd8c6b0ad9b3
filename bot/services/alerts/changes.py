"""After alerts changed, their groups are summed anew and whatever follows from that is written, in sets."""

from collections.abc import Collection, Mapping, Sequence

from bot.services.alerts import notes
from bot.store import alerts as store
from bot.store import cards, due, outbox
from bot.store.database import Transaction
from bot.store.due import DueKind
from bot.store.outbox import Note
from riskengine.response.alerts import AlertSettings
from riskengine.response.grouping import FollowUp, Group, follow_up, summarise

GROUP = "alert_group"


def refresh(
    tx: Transaction,
    group_ids: Collection[int],
    settings: AlertSettings,
    *,
    by_person: bool = False,
    announce: bool = True,
) -> None:
    """Sum the groups anew; a group whose sum or whose owner changed gets a new revision and is told when it should be.

    A person's act is always told at once, whatever it changed. `announce` is False where one note tells of all of
    the groups together.
    """
    if group_ids:
        groups = store.lock_groups(tx, list(group_ids))
        settle(tx, groups, settings, by_person=by_person, announce=announce)


def settle(
    tx: Transaction,
    groups: Sequence[Group],
    settings: AlertSettings,
    *,
    by_person: bool = False,
    announce: bool = True,
) -> None:
    """The same for groups that are locked already and may have a new owner, which is stored along.

    Locked before they are summed: on PostgreSQL a sum taken earlier misses what another replica commits meanwhile.
    """
    before = {group.id: group for group in groups}
    if not before:
        return
    counts = store.count_by_group(tx, list(before))
    after = {group_id: summarise(counts[group_id]) for group_id in before}
    follow_ups = [
        follow_up(group, after[group.id], tx.now, settings, by_person=by_person)
        for group in before.values()
        if after[group.id] != group.state or by_person or group.told_at is None
    ]
    store.update_groups(tx, [each.group for each in follow_ups])
    _tell(tx, before, follow_ups)
    _keep_timers(tx, follow_ups, settings)
    if announce:
        outbox.enqueue(tx, [note for each in follow_ups for note in _notes(tx, before[each.group.id], each)])


def _tell(tx: Transaction, before: Mapping[int, Group], follow_ups: Sequence[FollowUp]) -> None:
    """Now on the cards that are there, or by the due row of its moment; only a due row makes new cards."""
    told = [each.group for each in follow_ups if each.tell_at is not None and each.tell_at <= tx.now]
    cards.bump(tx, GROUP, {group.id: group.revision for group in told if group.told_at is not None})
    moments = {each.group.id: each.tell_at for each in follow_ups if each.tell_at is not None and each.tell_at > tx.now}
    # A new group without a group wait, and one that may concern further channels now.
    due_now = [group.id for group in told if group.told_at is None or _concerns_more(before[group.id], group)]
    due.schedule_each_by(tx, DueKind.TELL_GROUP, moments | dict.fromkeys(due_now, tx.now))


def _concerns_more(before: Group, after: Group) -> bool:
    """Whether a route may match that did not: something is worse, or something has joined."""
    return after.severity.rank > before.severity.rank or after.firing > before.firing


def _keep_timers(tx: Transaction, follow_ups: Sequence[FollowUp], settings: AlertSettings) -> None:
    ended = [each.group.id for each in follow_ups if each.ended]
    due.cancel(tx, DueKind.REPEAT_GROUP, ended)
    due.cancel(tx, DueKind.EXPIRE_ACKNOWLEDGEMENT, ended)
    calming = {each.group.id: each.calm_at for each in follow_ups if each.calm_at is not None}
    due.schedule_each(tx, DueKind.CALM_GROUP, calming)
    asking = [each.group.id for each in follow_ups if each.asks]
    due.schedule(tx, DueKind.REPEAT_GROUP, asking, tx.now + settings.repeat_interval)


def _notes(tx: Transaction, before: Group, change: FollowUp) -> list[Note]:
    if change.flaps:
        return notes.flapping(tx, change.group)
    if change.refired:
        return notes.refired(tx, before, change.group.revision)
    if change.joined:
        return notes.joined(tx, before, change.group.firing, change.group.revision)
    if change.unmuted:
        return notes.unmuted(tx, before, change.group.revision)
    return []
