"""Each pending approval request has the timer that reminds, asks on and expires it; a final one has none."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms
from bot.store import due, invariants
from bot.store.approvals import APPROVAL
from bot.store.database import Transaction
from bot.store.due import DueKind


def _untimed(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(APPROVAL, row.id) for row in invariants.untimed_approvals(tx)]


def _time(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    """Looked at now: what is due happens, and the next moment is planned."""
    due.schedule_by(tx, DueKind.ADVANCE_APPROVAL, [each.object_id for each in found], tx.now)


def _over(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(APPROVAL, row.id) for row in invariants.timed_final_approvals(tx)]


def _cancel(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    due.cancel(tx, DueKind.ADVANCE_APPROVAL, [each.object_id for each in found])


UNTIMED = Check(
    name="approval_untimed",
    found="{count} pending approval requests were never going to be reminded, asked on, or expired.",
    done="They are looked at now.",
    look=_untimed,
    repair=_time,
)
TIMED_AFTER_ALL = Check(
    name="approval_timed_after_end",
    found="{count} approval requests that are over still had a timer.",
    done="It is gone; what was decided stays.",
    look=_over,
    repair=_cancel,
)
