"""The few things worth a message of their own: a card's edit alone wakes nobody."""

from datetime import datetime
from typing import Any

from bot.store import cards
from bot.store.database import Transaction
from bot.store.messages import Priority
from bot.store.outbox import Note
from riskengine.response.grouping import Group

GROUP = "alert_group"


def refired(tx: Transaction, group: Group, revision: int) -> list[Note]:
    """It was resolved and fires again: said in the thread and the channel, since the old card may be far up."""
    payload = {"name": group.name, "subject": group.subject, "times": group.refires + 1}
    return _in_threads(tx, group, "refired", revision, payload, broadcast=True)


def joined(tx: Transaction, group: Group, firing: int, revision: int) -> list[Note]:
    """More alerts joined a group that somebody has: its owner is told in the thread."""
    return _in_threads(tx, group, "joined", revision, {"firing": firing, "owner": group.acknowledged_by})


def flapping(tx: Transaction, group: Group) -> list[Note]:
    """It fires and is resolved too often to be told each time; this is said once, until it has calmed."""
    payload = {"name": group.name, "subject": group.subject, "changes": len(group.changed_at)}
    payload |= {"seconds": (group.changed_at[-1] - group.changed_at[0]).total_seconds()}
    return _in_threads(tx, group, "flapping", group.revision, payload, broadcast=True)


def calmed(tx: Transaction, group: Group) -> list[Note]:
    """It flapped, and fires since without a break: what was not told each time is told now."""
    payload = {"name": group.name, "subject": group.subject}
    return _in_threads(tx, group, "calmed", group.revision, payload, broadcast=True)


def unmuted(tx: Transaction, group: Group, revision: int) -> list[Note]:
    """Nothing mutes it any more and it still holds: said in the channel, since its card was told long ago."""
    return _in_threads(tx, group, "unmuted", revision, {"name": group.name, "subject": group.subject}, broadcast=True)


def still_firing(tx: Transaction, group: Group, since: datetime) -> list[Note]:
    """Nobody has acknowledged it for the repeat interval, whomever it was given to."""
    seconds = (tx.now - since).total_seconds()
    payload = {"name": group.name, "subject": group.subject, "seconds": seconds, "assigned_to": group.assigned_to}
    return _in_threads(tx, group, "still_firing", group.revision, payload, broadcast=True)


def acknowledgement_expired(tx: Transaction, group: Group) -> list[Note]:
    payload = {"name": group.name, "subject": group.subject, "owner": group.acknowledged_by}
    return _in_threads(tx, group, "acknowledgement_expired", group.revision + 1, payload, broadcast=True)


def assigned(group: Group, to: str, by: str) -> list[Note]:
    """A DM to whoever was given the group by somebody else."""
    if to == by:
        return []
    payload = {"name": group.name, "subject": group.subject, "severity": group.severity, "by": by}
    key = f"{GROUP}:{group.id}:assigned:{group.revision + 1}"
    return [Note(key, "alerts/assigned", GROUP, group.id, payload, channel=to, priority=Priority.ALERT)]


def _in_threads(
    tx: Transaction, group: Group, kind: str, revision: int, payload: dict[str, Any], *, broadcast: bool = False
) -> list[Note]:
    """One note in the thread of every card that shows the group; the key holds whatever makes it a new cause."""
    return [
        Note(
            key=f"{GROUP}:{group.id}:{kind}:{revision}:{card_id}",
            template=f"alerts/{kind}",
            subject_kind=GROUP,
            subject_id=group.id,
            payload=payload,
            thread_of=card_id,
            broadcast=broadcast,
        )
        for card_id in cards.card_ids(tx, GROUP, group.id)
    ]
