"""Each regular report has its timer, and each approved escalation is asked about."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms
from bot.services.reports.planned import THE_ONE
from bot.store import due, invariants
from bot.store.database import Transaction
from bot.store.due import DueKind
from bot.store.escalations import ESCALATION

REPORT = "report"


def _unplanned(tx: Transaction, terms: Terms) -> list[Finding]:
    planned = invariants.planned_kinds(tx, sorted(terms.weekly))
    return [Finding(REPORT, THE_ONE, kind) for kind in sorted(terms.weekly) if kind not in planned]


def _plan(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    """Now: what was told is not told again, and the next one is planned by it."""
    for each in found:
        due.schedule_by(tx, DueKind(each.mark), [THE_ONE], tx.now)


def _unasked(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(ESCALATION, row.id) for row in invariants.unasked_escalations(tx)]


def _ask(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    due.schedule_by(tx, DueKind.ASK_NEED, [each.object_id for each in found], tx.now)


WEEKLY_UNPLANNED = Check(
    name="weekly_unplanned",
    found="{count} regular reports were never going to come.",
    done="They are looked at now, and planned for their hour.",
    look=_unplanned,
    repair=_plan,
)
NEED_UNASKED = Check(
    name="escalation_unasked",
    found="{count} approved escalations were never going to be asked about.",
    done="Their approvers are asked now whether they were needed.",
    look=_unasked,
    repair=_ask,
)
