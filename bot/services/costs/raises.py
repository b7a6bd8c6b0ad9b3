"""A budget that is higher for a while: raised, and returned by its timer or before."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.errors import RiskbotError
from bot.store import audit
from bot.store import budgets as store
from bot.store.database import Transaction
from bot.store.due import DueRow
from riskengine.areas.cost.budgets import Budget, Limit


class RaiseRefused(RiskbotError):
    """The budget cannot be raised like that."""

    code = "raise_refused"


def raise_budget(tx: Transaction, budget: Budget, usd: Decimal, ends_at: datetime, by: str, reason: str) -> int:
    """Have a budget be `usd` until a moment; returns the raise's id.

    `by` is as the audit knows them: `slack:U…`, `token:NAME`. It returns by itself at `ends_at`; the highest raise in
    force counts. Raises RaiseRefused for one that is no raise, or is over already.
    """
    limit = Limit.of(budget, store.open_raises(tx), tx.now)
    if usd <= limit.usd:
        raise RaiseRefused(
            f"The budget {budget.name} is ${limit.usd} already, so ${usd} raises nothing.",
            hint=f"Ask for more than ${limit.usd}.",
        )
    if ends_at <= tx.now:
        raise RaiseRefused(
            f"The raise of the budget {budget.name} would be over already.", hint="Give it an end that is to come."
        )
    found = store.add_raise(tx, budget.name, usd, ends_at, by, reason)
    detail = {"budget": budget.name, "usd": str(usd), "was_usd": str(limit.usd), "ends_at": ends_at.isoformat()}
    audit.record(tx, [audit.Entry(by, "budget_raised", store.RAISE, found, detail)])
    return found


def return_budget(tx: Transaction, raise_id: int, by: str) -> bool:
    """End a raise before its time; False when it is over already."""
    found = store.lock_raise(tx, raise_id)
    if found is None:
        return False
    store.end_raise(tx, raise_id, by)
    audit.record(tx, [audit.Entry(by, "budget_returned", store.RAISE, raise_id, {"budget": found.budget})])
    return True


def return_budgets(tx: Transaction, rows: Sequence[DueRow]) -> None:
    """What falls due on raises: each is over now. Its limit has counted no more since its end, however late this is."""
    for row in rows:
        return_budget(tx, row.subject_id, audit.SYSTEM)
