"""The first glance at cost, and what stands behind it: each a few sums of rollups."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from statistics import median

from bot.services.costs.budgets import BudgetDesk
from bot.services.costs.desk import WHOLE, CostDesk
from bot.services.permissions import Permissions, Verb
from bot.store import controls
from bot.store.database import Database, Transaction
from riskengine.areas.cost.budgets import NONE, BudgetState
from riskengine.areas.cost.budgets import Period as BudgetPeriod
from riskengine.areas.cost.overview import WARNED, Breakdown, Overview, Standing, parts, total, unpriced
from riskengine.areas.cost.periods import Period
from riskengine.areas.cost.spend import Spend
from riskengine.areas.cost.trend import Ending, SpendTrend
from riskengine.local_days import day_start
from riskengine.response.controls import Control
from riskengine.series import Dimension

WEEK = timedelta(days=7)
#: A day is held against the same weekday of so many weeks before, of which so many must be known.
USUAL_WEEKS, LEAST_WEEKS = 4, 2


class OverviewDesk:
    """Answers `/cost` and the digest."""

    def __init__(self, database: Database, permissions: Permissions, costs: CostDesk, budgets: BudgetDesk) -> None:
        self._database = database
        self._permissions = permissions
        self._costs = costs
        self._budgets = budgets

    async def refusal(self, user_id: str) -> str | None:
        """Why this user may not see costs; None when they may."""
        return await self._permissions.refusal(user_id, Verb.VIEW_COSTS)

    @property
    def zone(self) -> tzinfo:
        return self._costs.zone

    def now(self) -> datetime:
        return self._database.clock.now()

    async def overview(self) -> Overview:
        """How the spending stands now."""
        now = self.now()
        states = await self._budgets.states(now)
        month = BudgetPeriod.MONTH.span(self._costs.today())
        begun = day_start(month.first, self.zone)
        models = await self._costs.spend(begun, now, group_by=Dimension.MODEL)
        roles = await self._costs.spend(begun, now, group_by=Dimension.ROLE)
        standings = [await self._standing(period, states, now) for period in BudgetPeriod]
        monthly = standings[-1].budget
        return Overview(
            at=now,
            standings=tuple(standings),
            projection=monthly.projected if monthly else None,
            models=parts(models),
            roles=parts(roles),
            month=total(models),
            unpriced=unpriced(models),
            controls=await self._database.read(_open_controls),
            others=_others(states, standings),
        )

    async def _standing(self, period: BudgetPeriod, states: Sequence[BudgetState], now: datetime) -> Standing:
        """Of several budgets for everything the one that is used up most."""
        mine = [each for each in states if each.budget.period is period and not each.budget.scope]
        if mine:
            worst = max(mine, key=lambda each: each.share)
            return Standing(period, worst.spent.usd, worst)
        begun = day_start(period.span(self._costs.today()).first, self.zone)
        return Standing(period, (await self._costs.spend(begun, now))[WHOLE].usd, None)

    async def breakdown(self, dimension: Dimension, period: Period) -> Breakdown:
        groups = await self._costs.spend(period.starts_at, period.ends_at, group_by=dimension)
        return Breakdown(dimension, period, parts(groups), total(groups))

    async def trend(self) -> SpendTrend:
        """What the picture shows."""
        now, states = self.now(), await self._budgets.states(self.now())
        month = BudgetPeriod.MONTH.span(self._costs.today())
        days = await self._costs.by_day(month.first, self._costs.today())
        standing = await self._standing(BudgetPeriod.MONTH, states, now)
        projected = standing.budget.projected if standing.budget else None
        return SpendTrend.of(
            {day: groups[WHOLE].usd for day, groups in days.items()},
            now,
            self.zone,
            budget_usd=standing.limit_usd,
            ending=Ending(usd=projected.usd, low=projected.low, high=projected.high) if projected else None,
        )

    async def spent_on(self, day: date) -> Spend:
        """What a day came to."""
        return (await self._costs.by_day(day, day))[day][WHOLE]

    async def usual_until(self, day: date) -> Decimal | None:
        """The median of the same weekday in the weeks before; None while there are too few of them."""
        days = await self._costs.by_day(day - USUAL_WEEKS * WEEK, day - WEEK)
        same = [each[WHOLE] for on, each in days.items() if on.weekday() == day.weekday()]
        known = [each.usd for each in same if each.calls]
        return median(known) if len(known) >= LEAST_WEEKS else None

    async def budget_states(self) -> list[BudgetState]:
        return await self._budgets.states(self.now())


def _open_controls(tx: Transaction) -> tuple[Control, ...]:
    return tuple(each for each in controls.open_ones(tx) if not each.is_over(tx.now))


def _others(states: Sequence[BudgetState], standings: Sequence[Standing]) -> tuple[BudgetState, ...]:
    """Budgets that are not shown already and have been used up so far that somebody should look."""
    shown = [each.budget for each in standings]
    due = [each for each in states if each not in shown and each.level != NONE]
    worth = [each for each in due if not each.level.isdigit() or int(each.level) >= WARNED]
    return tuple(sorted(worth, key=lambda each: -each.share))
