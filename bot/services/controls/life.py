"""What happens to controls without anybody's press: conditions come and go, time runs out, settings change."""

from collections.abc import Iterable, Sequence

from bot.services.controls.settle import settle
from bot.services.controls.terms import ControlsInForce
from bot.store import controls as store
from bot.store.database import Transaction
from bot.store.due import DueRow
from riskengine.response import controls
from riskengine.response.controls import ANSWERS, Control, ControlEnd, ControlKind, Sighting


def consider(tx: Transaction, sightings: Iterable[Sighting], terms: ControlsInForce) -> None:
    """Answer to what was just seen of spend, in the transaction of whoever saw it; safe to repeat at each look.

    Whether a condition holds is its watcher's affair, silences included: a muted alert still costs money.
    """
    for sighting in sorted(sightings, key=lambda each: each.condition):
        kind = ANSWERS[sighting.condition]
        current = present(tx, kind, terms)
        refused_at = None if current else store.refused_at(tx, kind)
        step = controls.consider(sighting, current, refused_at, terms.kinds[kind], tx.now)
        if step is not None:
            settle(tx, step, None, terms)


def present(tx: Transaction, kind: ControlKind, terms: ControlsInForce) -> Control | None:
    """The open one of this kind, locked; what ran out is ended first, however late its timer is."""
    found = store.lock_open(tx, kind)
    return found if found is None or not run_out(tx, found, terms) else None


def run_out(tx: Transaction, control: Control, terms: ControlsInForce) -> Control | None:
    """End a locked control whose time has come, and give it back as it is then; None where it goes on."""
    if not control.is_over(tx.now):
        return None
    return settle(tx, controls.end(control, ControlEnd.EXPIRED, None, tx.now), None, terms)


def end_due(tx: Transaction, rows: Sequence[DueRow], terms: ControlsInForce) -> None:
    """What falls due on controls; one that was prolonged meanwhile has a later timer of its own."""
    for row in rows:
        control = store.lock(tx, row.subject_id)
        if control is not None:
            run_out(tx, control, terms)


def adopt_settings(tx: Transaction, terms: ControlsInForce) -> None:
    """At the start: what is open follows the settings as they are now."""
    for each in store.open_ones(tx):
        control = store.lock(tx, each.id)
        if control is None or not control.is_open or run_out(tx, control, terms):
            continue
        step = controls.adopt(control, terms.kinds[control.kind], tx.now)
        if step is not None:
            settle(tx, step, None, terms)
