"""One replica with budgets, whose time is what a test says."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bot.services.costs.budget_watch import BudgetWatch
from bot.services.costs.budgets import BudgetDesk
from bot.services.costs.desk import CostDesk
from bot.services.costs.raises import return_budgets
from bot.services.inhibitions.review import review_inhibitions
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import AlertDelivery, Settings
from bot.store import due
from bot.store.alerts import alerts
from bot.store.due import DueKind
from tests.services.telemetry.conftest import KEEPING, make_call

BERLIN = ZoneInfo("Europe/Berlin")
#: A Monday in the middle of a month without a change of clocks.
MONDAY = datetime(2030, 7, 15, 12, tzinfo=BERLIN)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_numbers = count(1)


class House:
    """One replica with budgets; time is what the test says."""

    def __init__(self, database, clock, **budgets) -> None:
        self.database = database
        self.clock = clock
        self.settings = Settings(time_zone="Europe/Berlin", telemetry=KEEPING, budgets=budgets)
        self.registry = CollectorRegistry()
        self.telemetry = TelemetryDesk(database, KEEPING)
        costs = CostDesk(database, self.telemetry, self.settings)
        self.desk = BudgetDesk(database, costs, self.settings.budgets)
        self.heard = []
        self.watch = BudgetWatch(
            database,
            costs,
            self.desk,
            AlertDelivery(),
            self.registry,
            listeners=[lambda _tx, conditions: self.heard.append(conditions)],
        )

    def at(self, moment: datetime) -> None:
        self.clock.advance((moment - self.clock.now()).total_seconds())

    async def spend(self, usd: float | str, at: datetime | None = None, calls: int = 1, **labels) -> None:
        each = Decimal(str(usd)) / calls
        moment = at or self.clock.now()
        # Of a model that no table knows, so that the sender's figure counts.
        labels = {"model": "house-model", **labels}
        made = [make_call(f"b{next(_numbers)}", moment, cost_usd=each, **labels) for _ in range(calls)]
        await self.telemetry.receive(made)
        await Folder(self.database).fold_all()

    async def look(self) -> dict[str, str]:
        """Look, and give how the newest episode of each alert stands."""
        await self.watch.look()
        await self.do_due()
        rows = await self.database.read(lambda tx: tx.execute(select(alerts).order_by(alerts.c.id)).all())
        return {row.name: str(row.status) for row in rows}

    async def do_due(self) -> int:
        """What the due runner does with raises and with what mutes; gives how many raises were due."""

        def work(tx) -> list[DueKind]:
            found = due.claim(tx, 100)
            review_inhibitions(tx, [row for row in found if row.kind is DueKind.REVIEW_INHIBITION], AlertDelivery())
            return_budgets(tx, [row for row in found if row.kind is DueKind.RETURN_BUDGET])
            return [row.kind for row in found]

        done = []
        while kinds := await self.database.write(work):
            done += kinds
        return done.count(DueKind.RETURN_BUDGET)

    async def episodes(self, name: str) -> int:
        mine = select(alerts.c.id).where(alerts.c.name == name)
        return len(await self.database.read(lambda tx: tx.execute(mine).all()))

    async def rows(self, table):
        return await self.database.read(lambda tx: tx.execute(select(table)).all())


#: Only the day's budget, so that weeks and months stay out of the way.
DAILY = {"weekly_usd": 0, "monthly_usd": 0}
