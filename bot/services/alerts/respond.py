"""What people do about a group: each verb is checked against the group's state now, and losers are told the truth."""

from pydantic import BaseModel, ConfigDict

from bot.failpoints import FailPoint, pass_by
from bot.services.alerts import changes, notes
from bot.services.answers import Answer, at, who
from bot.services.inhibitions.weigh import end_of_group
from bot.settings import AlertDelivery
from bot.store import alerts as store
from bot.store import audit, destinations, due, inbound, muting, outbox
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.response.alerts import AlertStatus
from riskengine.response.grouping import NOBODY, Group

GONE = "This alert is not in my records any more. Nothing was changed; my Home tab shows what is there now."
#: A redelivery was answered the first time; a second answer would only confuse.
REPEATED = ""


class Press(BaseModel):
    """One person's request on one group; `delivery_id` is the same when Slack delivers the press again."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    group_id: int
    delivery_id: str
    #: Whom the group is given to; only for `assign`.
    assignee_id: str = ""


def acknowledge(tx: Transaction, press: Press, settings: AlertDelivery) -> Answer:
    group = _begin(tx, press)
    if isinstance(group, Answer):
        return group
    if group.status not in {AlertStatus.FIRING, AlertStatus.SUPPRESSED}:
        return Answer.unchanged(_taken_already(group, press.user_id))
    _take(tx, [group], press.user_id, settings)
    return _commit(Answer.done())


def acknowledge_many(
    tx: Transaction, user_id: str, group_ids: list[int], delivery_id: str, settings: AlertDelivery
) -> Answer:
    """Acknowledge whatever of these groups still fires; the answer counts what somebody else was faster with."""
    if not inbound.is_first(tx, "press", delivery_id):
        return Answer.unchanged(REPEATED)
    groups = store.lock_groups(tx, group_ids)
    firing = [group for group in groups if group.status == AlertStatus.FIRING]
    _take(tx, firing, user_id, settings)
    others = len(groups) - len(firing)
    rest = f" {others} {'was' if others == 1 else 'were'} taken or over already." if others else ""
    if not firing:
        return Answer.unchanged(f"Nothing is left to acknowledge here.{rest}")
    what = "one alert group" if len(firing) == 1 else f"{len(firing)} alert groups"
    return _commit(Answer.done(f"You acknowledged {what}.{rest}"))


def _take(tx: Transaction, groups: list[Group], user_id: str, settings: AlertDelivery) -> None:
    ids = [group.id for group in groups]
    if not ids:
        return
    store.acknowledge_firing(tx, ids, user_id)
    expires_at = tx.now + settings.acknowledgement_expires_after
    owner = {"acknowledged_by": user_id, "acknowledged_at": tx.now, "acknowledgement_expires_at": expires_at}
    due.schedule(tx, DueKind.EXPIRE_ACKNOWLEDGEMENT, ids, expires_at)
    due.cancel(tx, DueKind.REPEAT_GROUP, ids)
    _record(tx, user_id, "acknowledged", ids)
    changes.settle(tx, [group.model_copy(update=owner) for group in groups], settings, by_person=True)


def unacknowledge(tx: Transaction, press: Press, settings: AlertDelivery) -> Answer:
    """Give the group back, so that it asks for somebody again."""
    group = _begin(tx, press)
    if isinstance(group, Answer):
        return group
    if not group.acknowledged:
        state = "resolved" if group.status == AlertStatus.RESOLVED else "not acknowledged by anybody"
        return Answer.unchanged(f"There is nothing to give back: this group is {state}.")
    store.unacknowledge(tx, [group.id])
    due.cancel(tx, DueKind.EXPIRE_ACKNOWLEDGEMENT, [group.id])
    due.schedule(tx, DueKind.REPEAT_GROUP, [group.id], tx.now + settings.repeat_interval)
    _record(tx, press.user_id, "unacknowledged", [group.id])
    changes.settle(tx, [group.model_copy(update=NOBODY)], settings, by_person=True)
    return _commit(Answer.done())


def assign(tx: Transaction, press: Press, settings: AlertDelivery) -> Answer:
    group = _begin(tx, press)
    if isinstance(group, Answer):
        return group
    if group.status == AlertStatus.RESOLVED:
        return Answer.unchanged(f"Nothing was assigned: {_over(group)}")
    if group.assigned_to == press.assignee_id:
        return Answer.unchanged(f"<@{press.assignee_id}> has it already.")
    owner = {"assigned_to": press.assignee_id, "assigned_by": press.user_id}
    told = notes.assigned(group, press.assignee_id, press.user_id)
    destinations.ensure(tx, [note.channel for note in told])
    outbox.enqueue(tx, told)
    _record(tx, press.user_id, "assigned", [group.id], to=press.assignee_id)
    changes.settle(tx, [group.model_copy(update=owner)], settings, by_person=True)
    return _commit(Answer.done())


def resolve(tx: Transaction, press: Press, settings: AlertDelivery) -> Answer:
    """End the group by a person's word; a sender that still sees the condition will make it fire again."""
    # What it muted is looked at anew, and that looker comes to groups after what mutes.
    muting.hold_still(tx)
    group = _begin(tx, press)
    if isinstance(group, Answer):
        return group
    if group.status == AlertStatus.RESOLVED:
        return Answer.unchanged(_over(group))
    store.resolve_open(tx, group.id, press.user_id)
    end_of_group(tx, group.id)
    _record(tx, press.user_id, "resolved", [group.id])
    changes.settle(tx, [group], settings, by_person=True)
    return _commit(Answer.done())


def _begin(tx: Transaction, press: Press) -> Group | Answer:
    if not inbound.is_first(tx, "press", press.delivery_id):
        return Answer.unchanged(REPEATED)
    return store.lock_group(tx, press.group_id) or Answer.unchanged(GONE)


def _commit(answer: Answer) -> Answer:
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    return answer


def _record(tx: Transaction, user_id: str, verb: str, group_ids: list[int], **detail: str) -> None:
    actor = audit.actor(user_id)
    audit.record(tx, [audit.Entry(actor, verb, changes.GROUP, each, dict(detail)) for each in group_ids])


def _taken_already(group: Group, user_id: str) -> str:
    if group.status == AlertStatus.RESOLVED:
        return _over(group)
    taker = "You have" if group.acknowledged_by == user_id else f"{who(group.acknowledged_by or '')} has"
    return f"{taker} acknowledged this already, {at(group.acknowledged_at)}. Nothing was changed."


def _over(group: Group) -> str:
    return f"This is over: it was resolved {at(group.resolved_at)}."
