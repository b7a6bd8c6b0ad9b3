"""What limits for a time ends at its time."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms
from bot.store import controls, due, invariants
from bot.store.controls import CONTROL
from bot.store.database import Transaction
from bot.store.due import DueKind


def _look(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(CONTROL, row.id) for row in invariants.untimed_controls(tx)]


def _repair(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    """At the time that its card and the API tell."""
    for each in found:
        control = controls.by_id(tx, each.object_id)
        if control is not None:
            due.schedule_by(tx, DueKind.END_CONTROL, [control.id], control.expires_at)


UNTIMED = Check(
    name="control_untimed",
    found="{count} cost controls were never going to end.",
    done="They end at the time that their cards tell.",
    look=_look,
    repair=_repair,
)
