"""Whatever is due is done within moments."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms, usual
from bot.store import invariants
from bot.store.database import Bell, Transaction


def _look(tx: Transaction, _terms: Terms) -> list[Finding]:
    # Other rows count as others: a row that is put off moves its moment.
    return [
        Finding("due", row.id, row.due_at.isoformat(), (("kind", row.kind), ("subject_id", row.subject_id)))
        for row in invariants.overdue(tx)
    ]


def _repair(tx: Transaction, _terms: Terms, _found: Sequence[Finding]) -> None:
    tx.ring(Bell.DUE)


OVERDUE = Check(
    name="due_overdue",
    found="{count} timers have run out and what they stand for was not done.",
    done="I rang for it again. If this stays, look at tick in readyz and at the log; an older program leaves timers "
    "of newer features to newer ones.",
    look=_look,
    repair=_repair,
    patience=usual,
)
