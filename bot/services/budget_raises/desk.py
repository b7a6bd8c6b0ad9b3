"""The front desk of raises: asks whether a person may ask, knows who could approve, then asks them."""

import difflib
from collections.abc import Sequence
from datetime import timedelta

from bot.errors import ApprovalImpossible, PeopleUnreadable
from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer, quoted
from bot.services.approvals.desk import ApprovalDesk
from bot.services.budget_raises.ask import KIND, RaiseWish, ask
from bot.services.permissions import Verb
from bot.store.database import Database
from riskengine.areas.cost.budgets import Budget
from riskengine.durations import spoken

NOTHING = "Nothing was changed."


class RaiseDesk:
    """Use cases on raises, for people in Slack."""

    def __init__(
        self, database: Database, approvals: ApprovalDesk, budgets: Sequence[Budget], longest: timedelta
    ) -> None:
        self._database = database
        self._approvals = approvals
        self._budgets = {each.name: each for each in budgets}
        self._longest = longest

    async def ask_raise(self, wish: RaiseWish) -> Answer:
        """Ask people for it; whoever asks does not decide."""
        refusal = await self._approvals.refusal(wish.user_id, Verb.RAISE_BUDGET) or self._mistake(wish)
        if refusal:
            return Answer.unchanged(refusal)
        budget = self._budgets[wish.budget]
        try:
            await self._approvals.know_people(KIND)
            answer = await self._database.write(lambda tx: ask(tx, wish, budget, self._approvals.terms), urgent=True)
        except (ApprovalImpossible, PeopleUnreadable) as error:
            return Answer.unchanged(f"{error.message} {error.hint} {NOTHING}")
        pass_by(FailPoint.PRESS_COMMITTED)
        return answer

    def _mistake(self, wish: RaiseWish) -> str:
        """What is wrong with it, in a sentence for its person; empty when nothing is."""
        if wish.budget not in self._budgets:
            near = difflib.get_close_matches(wish.budget, self._budgets, n=1)
            meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(self._budgets) or 'none'}."
            return f"There is no budget {quoted(wish.budget)}{meant} {NOTHING}"
        if not timedelta(0) < wish.lasts <= self._longest:
            return f"A raise lasts {spoken(self._longest)} at most, and not no time at all. {NOTHING}"
        if not wish.reason.strip():
            return f"Say why; whoever decides reads it. {NOTHING}"
        return ""
