"""Databases that are full already: what thousands of alerts would have left behind, written in sets."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.store import destinations, due
from bot.store.alerts import alert_groups, alerts
from bot.store.database import Database, Transaction
from bot.store.due import DueKind
from bot.store.messages import MessageState, Nature, Priority, messages
from riskengine.response.alerts import fingerprint_of
from riskengine.response.grouping import identity_of

CHANNEL = "#llm-alerts"
NAME = "Slow"
SET = 5_000
#: How long ago everything began.
AGE = timedelta(minutes=10)


async def in_sets(database: Database, count: int, work: Callable[[Transaction, range], None]) -> None:
    """One transaction for each set, so that nobody waits for all of them."""
    for first in range(1, count + 1, SET):
        numbers = range(first, min(first + SET, count + 1))
        await database.write(lambda tx, numbers=numbers: work(tx, numbers))


async def open_alerts(database: Database, count: int, kind: DueKind, due_in: timedelta, spread: timedelta) -> None:
    """So many alerts that fire, each in a group of its own, each with a timer; the timers run out evenly over `spread`."""

    def write(tx: Transaction, numbers: range) -> None:
        told = kind != DueKind.TELL_GROUP
        tx.execute(sa.insert(alert_groups), [_group(tx, number, told=told) for number in numbers])
        tx.execute(sa.insert(alerts), [_alert(tx, number) for number in numbers])
        moments = [tx.now + due_in + spread * number / count for number in numbers]
        rows = [{"kind": kind, "subject_id": each, "due_at": at} for each, at in zip(numbers, moments, strict=True)]
        tx.execute(sa.insert(due.due), rows)

    await in_sets(database, count, write)


def _labels(number: int) -> dict[str, str]:
    return {"area": "performance", "model": f"model-0-{number}"}


def _group(tx: Transaction, number: int, *, told: bool) -> dict[str, Any]:
    identity = identity_of(NAME, _labels(number))
    counts = {"firing": 1, "acknowledged": 0, "resolved": 0, "revision": 1, "refires": 0, "suppressed": 0}
    names = {"key": identity.key, "name": NAME, "area": "performance", "subject_label": "model"}
    state = {"status": "firing", "severity": "high", "subject": f"model-0-{number}"}
    begun = tx.now - AGE
    return {"id": number, **names, **state, **counts, "opened_at": begun, "told_at": begun if told else None}


def _alert(tx: Transaction, number: int) -> dict[str, Any]:
    labels = _labels(number)
    begun = tx.now - AGE
    state = {"severity": "high", "status": "firing", "started_at": begun, "told_start": False, "received_at": begun}
    names = {"name": NAME, "labels": labels, "annotations": {}, "source": "api:seed"}
    return {"group_id": number, "fingerprint": fingerprint_of(NAME, labels), **names, **state}


async def cards(database: Database, count: int, *, shown: bool) -> None:
    """A card for each of the groups: shown in the channel, or waiting for its turn."""

    def write(tx: Transaction, numbers: range) -> None:
        destinations.ensure(tx, [CHANNEL])
        tx.execute(sa.insert(messages), [_card(tx, number, shown=shown) for number in numbers])

    await in_sets(database, count, write)


def _card(tx: Transaction, number: int, *, shown: bool) -> dict[str, Any]:
    place = {"posted_channel": "C0LLMALERTS", "ts": f"{number}.000100", "shown_revision": 1} if shown else {}
    subject = {"subject_kind": "alert_group", "subject_id": number, "key": f"alert_group:{number}:{CHANNEL}"}
    state = {"state": MessageState.SHOWN if shown else MessageState.WAITING, "priority": Priority.ALERT}
    return {**_message(tx, "alerts/card", Nature.CARD, CHANNEL), **subject, **state, **place}


async def notes(database: Database, count: int, channels: tuple[str, ...]) -> None:
    """So many notes that wait for these channels."""

    def write(tx: Transaction, numbers: range) -> None:
        destinations.ensure(tx, channels)
        tx.execute(sa.insert(messages), list(_notes(tx, numbers, channels)))

    await in_sets(database, count, write)


def _notes(tx: Transaction, numbers: range, channels: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number in numbers:
        payload = {"channel": "#somewhere", "template": "alerts/card", "reason": "seeded"}
        subject = {"subject_kind": "message", "subject_id": number, "key": f"seeded:{number}", "payload": payload}
        message = _message(tx, "delivery/given_up", Nature.NOTE, channels[number % len(channels)])
        yield {**message, **subject, "state": MessageState.WAITING, "priority": Priority.NOTE}


def _message(tx: Transaction, template: str, nature: Nature, channel: str) -> dict[str, Any]:
    moments = {"wanted_at": tx.protocol_now, "not_before": tx.protocol_now}
    rest = {"payload": {}, "wanted_revision": 1, "posted_channel": None, "ts": None, "shown_revision": None}
    return {"template": template, "nature": nature, "channel": channel, **moments, **rest}
