"""Spending at a glance: what was spent, where the month will end, what to do about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from riskengine.areas.cost.budgets import EXCEEDED, NONE, BudgetState, Period
from riskengine.areas.cost.forecast import Projection
from riskengine.areas.cost.periods import Period as Span
from riskengine.areas.cost.spend import Spend
from riskengine.money import told_count, told_usd
from riskengine.response.controls import Control, ControlStatus
from riskengine.series import Dimension


class Part(NamedTuple):
    """One model, role, team or provider, and what its calls came to; the name is empty where none was told."""

    name: str
    spend: Spend


class Breakdown(NamedTuple):
    """A period's spending by the values of one label."""

    dimension: Dimension
    period: Span
    parts: tuple[Part, ...]
    whole: Spend


class Standing(NamedTuple):
    """What a period has come to, beside its budget if it has one."""

    period: Period
    usd: Decimal
    budget: BudgetState | None

    @property
    def limit_usd(self) -> Decimal | None:
        return self.budget.limit.usd if self.budget else None

    @property
    def level(self) -> str:
        return self.budget.level if self.budget else NONE


class Verdict(StrEnum):
    """How the spending stands, in one word."""

    NOTHING = "nothing spent"
    ON_COURSE = "on course"
    WATCH = "watch it"
    OVER = "over budget"


class Overview(NamedTuple):
    """Everything that the first glance needs."""

    at: datetime
    #: Day, week, month.
    standings: tuple[Standing, ...]
    projection: Projection | None
    #: Of this month, the dearest first.
    models: tuple[Part, ...]
    roles: tuple[Part, ...]
    month: Spend
    #: This month's models with unpriced calls.
    unpriced: tuple[Part, ...]
    #: Active ones and proposals.
    controls: tuple[Control, ...]
    #: Budgets of a team, role, model or provider of which something is to be said, the worst first.
    others: tuple[BudgetState, ...]

    @property
    def month_limit_usd(self) -> Decimal | None:
        return self.standings[-1].limit_usd

    @property
    def is_overrun_expected(self) -> bool:
        return bool(self.projection and self.month_limit_usd and self.projection.usd > self.month_limit_usd)

    @property
    def verdict(self) -> Verdict:
        levels = [*(each.level for each in self.standings), *(each.level for each in self.others)]
        if EXCEEDED in levels:
            return Verdict.OVER
        if self.is_overrun_expected or any(level != NONE and int(level) >= WARNED for level in levels):
            return Verdict.WATCH
        return Verdict.ON_COURSE if self.month.calls else Verdict.NOTHING


#: Per cent of a budget from which on somebody should look; half of a month's budget in its middle is as it should be.
WARNED = 80


def parts(groups: Mapping[str, Spend]) -> tuple[Part, ...]:
    """The dearest first; of equals the one with more calls."""
    ordered = sorted(groups.items(), key=lambda each: (-each[1].usd, -each[1].calls, each[0]))
    return tuple(Part(name, spend) for name, spend in ordered)


def unpriced(groups: Mapping[str, Spend]) -> tuple[Part, ...]:
    """Those with unpriced calls, the most tokens first."""
    mine = [Part(name, spend) for name, spend in groups.items() if spend.unpriced_calls]
    return tuple(sorted(mine, key=lambda each: (-each.spend.unpriced_tokens, each.name)))


def total(groups: Mapping[str, Spend]) -> Spend:
    return sum(groups.values(), Spend())


def advice(overview: Overview) -> list[str]:
    """What to do, the most urgent first; what waits for somebody comes before what may come."""
    said = [_of_proposals(overview.controls), _of_exceeded(overview), _of_month(overview), _of_unpriced(overview)]
    calm = (
        "Nothing: the spending is on course."
        if overview.month.calls
        else "Nothing yet: no call of this month is known."
    )
    return [each for each in said if each] or [calm]


def _of_proposals(controls: Sequence[Control]) -> str:
    waiting = [each.kind.replace("_", " ") for each in controls if each.status == ControlStatus.PROPOSED]
    return f"Decide on the proposed control: {', '.join(waiting)}." if waiting else ""


def _of_exceeded(overview: Overview) -> str:
    over = [each.budget for each in overview.standings if each.budget] + list(overview.others)
    names = [_over(each) for each in over if each.level == EXCEEDED]
    return f"Review usage patterns: {', '.join(names)}." if names else ""


def _over(state: BudgetState) -> str:
    period, name = state.budget.period.adjective, state.budget.name
    which = f"the {period} budget" if name == period else f"the {period} budget {name}"
    return f"{which} is exceeded by {told_usd(-state.left_usd)}"


def _of_month(overview: Overview) -> str:
    if not (overview.is_overrun_expected and overview.projection and overview.month_limit_usd):
        return ""
    beyond = told_usd(overview.projection.usd - overview.month_limit_usd)
    active = any(each.status == ControlStatus.ACTIVE for each in overview.controls)
    do = "see whether the active controls do enough" if active else "use cost controls"
    return f"The month is expected to end {beyond} over its budget: {do}, and look at what can be saved."


def _of_unpriced(overview: Overview) -> str:
    if not overview.unpriced:
        return ""
    named = ", ".join(each.name or "no model" for each in overview.unpriced[:3])
    more = f" and {len(overview.unpriced) - 3} more" if len(overview.unpriced) > 3 else ""  # noqa: PLR2004 - three named
    tokens = told_count(sum(each.spend.unpriced_tokens for each in overview.unpriced))
    return f"Add prices for {named}{more}: {tokens} tokens of this month are in no sum."
