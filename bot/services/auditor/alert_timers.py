"""Each alert group has the timers that its state asks for."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.services.auditor.findings import Check, Finding, Repair, Terms
from bot.store import due, invariants
from bot.store.database import Transaction
from bot.store.due import DueKind
from bot.store.invariants import Rows

GROUP = "alert_group"


def _look(question: Callable[[Transaction], Rows]) -> Callable[[Transaction, Terms], list[Finding]]:
    return lambda tx, _terms: [Finding(GROUP, row.id) for row in question(tx)]


def _set(kind: DueKind, after: Callable[[Terms], timedelta]) -> Repair:
    """Set the timer that is missing; one that has come meanwhile stays when it is earlier."""

    def repair(tx: Transaction, terms: Terms, found: Sequence[Finding]) -> None:
        due.schedule_by(tx, kind, [each.object_id for each in found], tx.now + after(terms))

    return repair


def _end_acknowledgements(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    ids = {each.object_id for each in found}
    ends = {row.id: row.acknowledgement_expires_at for row in invariants.unending_acknowledgements(tx) if row.id in ids}
    due.schedule_each_by(tx, DueKind.EXPIRE_ACKNOWLEDGEMENT, ends)


UNTOLD = Check(
    name="group_untold",
    found="{count} open alert groups had not been told, and nothing was going to tell them.",
    done="They are told now.",
    look=_look(invariants.untold_groups),
    repair=_set(DueKind.TELL_GROUP, lambda _terms: timedelta(0)),
)
UNASKED = Check(
    name="group_unasked",
    found="{count} firing alert groups that nobody has were never going to ask again.",
    done="They ask again after the repeat interval.",
    look=_look(invariants.unasked_groups),
    repair=_set(DueKind.REPEAT_GROUP, lambda terms: terms.alerts.repeat_interval),
)
UNENDING = Check(
    name="acknowledgement_unending",
    found="{count} acknowledgements were never going to run out.",
    done="They run out when they should.",
    look=_look(invariants.unending_acknowledgements),
    repair=_end_acknowledgements,
)
UNCALMED = Check(
    name="group_uncalmed",
    found="{count} alert groups were going to flap for ever.",
    done="They are looked at now.",
    look=_look(invariants.uncalmed_groups),
    repair=_set(DueKind.CALM_GROUP, lambda _terms: timedelta(0)),
)
