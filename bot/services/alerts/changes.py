"""After alerts changed, their groups are summed anew and whatever follows from that is written."""

from collections.abc import Collection
from typing import Any

from bot.services.alerts import notes
from bot.store import alerts as store
from bot.store import cards, due, outbox
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.response.alerts import AlertSettings, AlertStatus
from riskengine.response.grouping import Group, GroupState, Telling, summarise, tell_at, telling

GROUP = "alert_group"


def refresh(tx: Transaction, group_ids: Collection[int], settings: AlertSettings, *, by_person: bool = False) -> None:
    """Sum the groups anew; a group whose sum or whose owner changed gets a new revision and is told when it should be.

    A person's act is always told at once, whatever it changed.
    """
    if not group_ids:
        return
    counts = store.count_by_group(tx, list(group_ids))
    for group in store.lock_groups(tx, list(group_ids)):
        after = summarise(counts[group.id])
        if after != group.state or by_person or group.told_at is None:
            _apply(tx, group, after, settings, by_person=by_person)


def _apply(tx: Transaction, before: Group, after: GroupState, settings: AlertSettings, *, by_person: bool) -> None:
    refired = before.status == AlertStatus.RESOLVED and after.status != AlertStatus.RESOLVED and before.told_at
    revision = store.update_group(tx, before.id, **after.model_dump(), **_moments(tx, before, after, bool(refired)))
    if before.told_at is None:
        if before.revision == 0:
            due.schedule(tx, DueKind.TELL_GROUP, [before.id], tx.now + settings.group_wait)
        return
    how = Telling.AT_ONCE if by_person else telling(before.state, after)
    at = tell_at(how, before.told_at, tx.now, settings)
    if at <= tx.now:
        cards.bump(tx, GROUP, {before.id: revision})
    else:
        due.schedule_by(tx, DueKind.TELL_GROUP, [before.id], at)
    _follow(tx, before, after, revision, settings)


def _moments(tx: Transaction, before: Group, after: GroupState, refired: bool) -> dict[str, Any]:
    """What a change of status does to the group's moments and its owner."""
    if after.status == AlertStatus.RESOLVED and before.status != AlertStatus.RESOLVED:
        return {"resolved_at": tx.now}
    if refired:
        free = {"acknowledged_by": None, "acknowledged_at": None, "acknowledgement_expires_at": None}
        return {"resolved_at": None, "refires": before.refires + 1, **free}
    return {}


def _follow(tx: Transaction, before: Group, after: GroupState, revision: int, settings: AlertSettings) -> None:
    """The timers and thread notes that a change of status brings with it."""
    if after.status == AlertStatus.RESOLVED and before.status != AlertStatus.RESOLVED:
        due.cancel(tx, DueKind.REPEAT_GROUP, [before.id])
        due.cancel(tx, DueKind.EXPIRE_ACKNOWLEDGEMENT, [before.id])
    elif after.status == AlertStatus.FIRING and before.status != AlertStatus.FIRING:
        due.schedule(tx, DueKind.REPEAT_GROUP, [before.id], tx.now + settings.repeat_interval)
        if before.status == AlertStatus.RESOLVED:
            outbox.enqueue(tx, notes.refired(tx, before, revision))
        elif after.acknowledged:
            outbox.enqueue(tx, notes.joined(tx, before, after.firing, revision))
