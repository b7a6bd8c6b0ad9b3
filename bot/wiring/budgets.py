"""Builds what budgets need."""

from collections.abc import Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry

from bot.scheduling.bells import BellRope
from bot.services.costs.budget_watch import BudgetWatch, Listener
from bot.settings import Settings
from bot.store.database import Database
from bot.wiring.costs import CostParts

#: In the demo business time runs so fast that looks would come all the time.
FASTEST_LOOK = timedelta(seconds=1)


def watching_budgets(
    settings: Settings,
    database: Database,
    costs: CostParts,
    registry: CollectorRegistry,
    listeners: Sequence[Listener] = (),
) -> list[BellRope]:
    """The bell by which budgets are looked at; what they find is told to the listeners, too."""
    interval = max(FASTEST_LOOK, settings.budgets.limits.interval / database.clock.speed)
    watch = BudgetWatch(
        database, costs.desk, costs.budgets, settings.alerts, registry, pause=interval / 2, listeners=listeners
    )
    return [BellRope("budgets", watch.look, interval)]
