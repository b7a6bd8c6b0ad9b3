"""Builds what costs need, telemetry with its prices first."""

from datetime import timedelta
from typing import NamedTuple

from bot.ingest.costs import cost_endpoints
from bot.ingest.endpoint import Endpoint
from bot.scheduling.bells import BellRope
from bot.services.costs.budgets import BudgetDesk
from bot.services.costs.desk import CostDesk
from bot.services.costs.watch import PriceWatch
from bot.services.price_table import prices_path, read_prices
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import Settings
from bot.store.database import Database
from riskengine.pricing import PriceBook

FASTEST_LOOK = timedelta(seconds=1)


class CostParts(NamedTuple):
    """What the rest of the bot takes from here."""

    prices: PriceBook
    telemetry: TelemetryDesk
    desk: CostDesk
    #: One for all: it keeps the days that are over.
    budgets: BudgetDesk

    def endpoints(self) -> list[Endpoint]:
        return cost_endpoints(self.desk)


def watching_costs(settings: Settings, database: Database, parts: CostParts) -> list[BellRope]:
    """The bells by which what is wrong with costs is found."""
    chosen, speed = settings.pricing, database.clock.speed
    prices = PriceWatch(database, parts.telemetry, parts.prices, chosen, settings.alerts)
    # The bell rings in real time; in the demo business time runs faster.
    return [BellRope("prices", prices.look, max(FASTEST_LOOK, chosen.interval / speed))]


def cost_parts(database: Database, settings: Settings) -> CostParts:
    """Raises SettingsError when the table of prices cannot be read."""
    prices = read_prices(prices_path(settings.pricing.file))
    telemetry = TelemetryDesk(database, settings.telemetry, prices)
    desk = CostDesk(database, telemetry, settings)
    return CostParts(prices, telemetry, desk, BudgetDesk(database, desk, settings.budgets))
