"""Writes down a step of a control with all that follows from it: audit, card, note, timer."""

from typing import Any

from bot.services.controls.terms import ControlsInForce
from bot.store import audit, cards, destinations, due, outbox
from bot.store import controls as store
from bot.store.cards import CardWish
from bot.store.controls import CONTROL
from bot.store.database import Transaction
from bot.store.due import DueKind
from bot.store.messages import Priority
from bot.store.outbox import Note, told
from riskengine.response.control_words import TITLES
from riskengine.response.controls import Control, ControlStatus, Step

CARD, NOTE = "controls/card", "controls/told"


def settle(tx: Transaction, step: Step, by: str | None, terms: ControlsInForce) -> Control | None:
    """None when another replica has just opened one of the same kind; an open one is locked."""
    if not step.control.id:
        control = store.add(tx, step.control)
        if control is None:
            return None
        _post(tx, control, terms.channel)
    else:
        control = step.control
        store.change(tx, control)
        cards.bump(tx, CONTROL, {control.id: control.revision})
        _tell(tx, control, step.verb, by)
    audit.record(tx, [_entry(control, step.verb, by)])
    _time(tx, control)
    return control


def _post(tx: Transaction, control: Control, channel: str) -> None:
    destinations.ensure(tx, [channel])
    wish = CardWish(CARD, CONTROL, control.id, channel, control.revision, Priority.ALERT, tx.now)
    cards.want(tx, [wish])


def _time(tx: Transaction, control: Control) -> None:
    if control.is_open:
        due.schedule(tx, DueKind.END_CONTROL, [control.id], control.expires_at)
    else:
        due.cancel(tx, DueKind.END_CONTROL, [control.id])


def _tell(tx: Transaction, control: Control, verb: str, by: str | None) -> None:
    """In its card's thread; what nobody did is told to the whole channel, since nobody there knows of it."""
    payload = {
        "title": TITLES[control.kind],
        "verb": verb.removeprefix("control_"),
        "by": by,
        "until": told(control.expires_at) if control.status is ControlStatus.ACTIVE else None,
    }
    notes = [
        Note(
            f"{CONTROL}:{control.id}:{control.revision}:{card}",
            NOTE,
            CONTROL,
            control.id,
            payload,
            thread_of=card,
            broadcast=by is None,
        )
        for card in cards.card_ids(tx, CONTROL, control.id)
    ]
    outbox.enqueue(tx, notes)


def _entry(control: Control, verb: str, by: str | None) -> audit.Entry:
    """The reason is riskbot's own or stands on the card; the audit keeps what was in force."""
    detail: dict[str, Any] = {
        "kind": control.kind,
        "condition": control.condition,
        "effect": control.effect.model_dump(mode="json", exclude_none=True),
        "expires_at": control.expires_at.isoformat(),
    }
    return audit.Entry(audit.actor(by), verb, CONTROL, control.id, detail)
