"""Each raise of a budget has the timer that ends it."""

from collections.abc import Sequence

from bot.services.auditor.findings import Check, Finding, Terms
from bot.store import due, invariants
from bot.store.budgets import RAISE
from bot.store.database import Transaction
from bot.store.due import DueKind


def _unreturned(tx: Transaction, _terms: Terms) -> list[Finding]:
    return [Finding(RAISE, row.id) for row in invariants.unreturned_raises(tx)]


def _return(tx: Transaction, _terms: Terms, found: Sequence[Finding]) -> None:
    ids = {each.object_id for each in found}
    ends = {row.id: row.ends_at for row in invariants.unreturned_raises(tx) if row.id in ids}
    due.schedule_each_by(tx, DueKind.RETURN_BUDGET, ends)


UNRETURNED = Check(
    name="budget_unreturned",
    found="{count} raises of budgets were never going to be closed.",
    done="They are closed at their end; their limits counted only until then anyway.",
    look=_unreturned,
    repair=_return,
)
