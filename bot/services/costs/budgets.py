"""How the budgets stand: what is spent of each, where its month will end, and how fast it burns."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import NamedTuple

from bot.services.costs.desk import WHOLE, CostDesk
from bot.services.costs.history import CostHistory, Days
from bot.settings_costs import BudgetSettings
from bot.store import budgets as store
from bot.store.budgets import Plan
from bot.store.database import Database, Transaction
from riskengine.areas.cost.budgets import Budget, BudgetState, Limit, Period, Raise, Span, level_of, share_of_day
from riskengine.areas.cost.burn import Burn, BurnWindow, Spent, worst
from riskengine.areas.cost.forecast import DayCost, Projection, project
from riskengine.areas.cost.growth import MONTH_DAYS
from riskengine.areas.cost.spend import Spend
from riskengine.series import Dimension

DAY = timedelta(days=1)


class Standing(NamedTuple):
    """Everything that one look finds of budgets."""

    states: list[BudgetState]
    #: What everything cost, day by day.
    days: Days
    #: Plans of this month that are not kept yet.
    unfrozen: list[Plan]


class _Kept(NamedTuple):
    raises: list[Raise]
    plans: dict[str, Decimal]


class BudgetDesk:
    """Answers how the budgets stand, for people and for the watch."""

    def __init__(self, database: Database, costs: CostDesk, settings: BudgetSettings) -> None:
        self._database = database
        self._costs = costs
        self._history = CostHistory(costs)
        self.settings = settings
        self.zone = costs.zone

    async def states(self, now: datetime | None = None) -> list[BudgetState]:
        """Every budget as it stands, raises included, in the order of the settings."""
        return (await self.standing(now)).states

    async def standing(self, now: datetime | None = None) -> Standing:
        """The same with what the watch needs besides."""
        now = now or self._database.clock.now()
        today = now.astimezone(self.zone).date()
        kept = await self._database.read(lambda tx: _kept(tx, Period.MONTH.span(today).first))
        everything = await self._days({}, today)
        states, unfrozen = [], []
        for budget in self.settings.all:
            days = await self._days(budget.scope, today) if budget.scope else everything
            state, plan = await self._state(budget, days, kept, now)
            states.append(state)
            unfrozen += [plan] if plan else []
        return Standing(states, everything, unfrozen)

    async def _days(self, scope: Mapping[Dimension, tuple[str, ...]], today: date) -> Days:
        """As far back as the month's plan, made on its first day, looks; and as growth does."""
        first = Period.MONTH.span(today).first - (self.settings.forecast.history_days + 1) * DAY
        return await self._history.days(scope, min(first, today - (2 * MONTH_DAYS + 1) * DAY), today)

    async def _state(self, budget: Budget, days: Days, kept: _Kept, now: datetime) -> tuple[BudgetState, Plan | None]:
        today = now.astimezone(self.zone).date()
        span = budget.period.span(today)
        limit = Limit.of(budget, kept.raises, now)
        spent = _sum(days, span)
        level = level_of(spent.usd, limit.usd, self.settings.limits.warn_percents)
        state = BudgetState(budget, span, limit, spent, level)
        if not budget.period.is_projected:
            return state, None
        plan_usd = kept.plans.get(budget.name)
        plan = None if plan_usd is not None else await self._plan(budget, days, span)
        projected = await self._project(budget, days, today, share_of_day(now, self.zone), span)
        burn = await self._burn(state, now)
        plan_usd = plan.usd if plan else plan_usd
        return BudgetState(budget, span, limit, spent, level, projected, burn, plan_usd), plan

    async def _plan(self, budget: Budget, days: Days, span: Span) -> Plan | None:
        """What was to be expected on the month's first morning; the same whenever it is made up for."""
        before = {day: spend for day, spend in days.items() if day < span.first}
        found = await self._project(budget, before, span.first, 0.0, span)
        if found is None or found.days_used < self.settings.limits.projection_days:
            return None
        return Plan(budget.name, span.first, found.usd, found.method)

    async def _project(self, budget: Budget, days: Days, today: date, share: float, span: Span) -> Projection | None:
        """In a thread: the draws take some milliseconds."""
        daily = [DayCost(day, spend.usd) for day, spend in days.items()]
        chosen = self.settings.forecast
        # The same draws for a whole day and on each replica: an interval that trembles is read as news.
        random = Random(f"{budget.name} {today}")  # noqa: S311 - no secret
        drawn = partial(project, random=random, draws=chosen.draws, history_days=chosen.history_days)
        return await asyncio.to_thread(drawn, daily, today, share, *span)

    async def _burn(self, state: BudgetState, now: datetime) -> Burn | None:
        return worst([await self._burn_in(window, state, now) for window in self.settings.limits.burn_windows])

    async def _burn_in(self, window: BurnWindow, state: BudgetState, now: datetime) -> Burn:
        starts_at, ends_at = state.span.moments(self.zone)
        long, short = [await self._spent(now - span, now, state.budget) for span in (window.long, window.short)]
        minimum = self.settings.limits.burn_samples
        return Burn.of(window, long, short, state.limit.usd, ends_at - starts_at, minimum)

    async def _spent(self, start: datetime, end: datetime, budget: Budget) -> Spent:
        found = (await self._costs.spend(start, end, only=budget.scope)).get(WHOLE, Spend())
        return Spent(found.usd, found.calls)


def _kept(tx: Transaction, month: date) -> _Kept:
    return _Kept(store.open_raises(tx), store.plans_of(tx, month))


def _sum(days: Days, span: Span) -> Spend:
    mine: Sequence[Spend] = [spend for day, spend in days.items() if span.first <= day < span.end]
    return sum(mine, Spend())
