"""Builds what tells of costs: the command's answers, the picture behind them, the digest, and what could be saved."""

from typing import NamedTuple

from bot.delivery.pictures import Drawn
from bot.delivery.private_pictures import PrivatePictures
from bot.scheduling.bells import BellRope
from bot.services.costs.budgets import BudgetDesk
from bot.services.costs.overview import OverviewDesk
from bot.services.costs.repeats import INTERVAL as REPEATS_INTERVAL
from bot.services.costs.repeats import RepeatCounter
from bot.services.costs.savings import SavingsDesk
from bot.services.permissions import Permissions
from bot.services.reports.costs import INTERVAL as DIGEST_INTERVAL
from bot.services.reports.costs import CostDigest
from bot.settings import Settings
from bot.slack.client import SlackClient
from bot.store.database import Database
from bot.web.charts.artist import Artist
from bot.wiring.costs import CostParts
from bot.wiring.upkeep import PRUNE_INTERVAL

PICTURE = "costs/picture"


class CostReports(NamedTuple):
    """What the rest of the bot takes from here."""

    overview: OverviewDesk
    savings: SavingsDesk
    pictures: PrivatePictures


def cost_reports(
    settings: Settings,
    database: Database,
    client: SlackClient,
    permissions: Permissions,
    costs: CostParts,
    artist: Artist,
) -> CostReports:
    budgets = BudgetDesk(database, costs.desk, settings.budgets)
    overview = OverviewDesk(database, permissions, costs.desk, budgets)
    savings = SavingsDesk(database, costs.telemetry, costs.prices, settings.optimisation, settings.zone)

    async def draw() -> Drawn:
        trend = await overview.trend()
        return Drawn(await artist.draw(trend), trend.spoken)

    return CostReports(overview, savings, PrivatePictures(database, client, draw, PICTURE, settings.delivery))


def telling_costs(settings: Settings, database: Database, reports: CostReports) -> list[BellRope]:
    """The bells by which digests are written and repeated requests counted."""
    digest = CostDigest(database, reports.overview, settings)
    repeats = RepeatCounter(database, settings.optimisation)
    return [
        BellRope("cost_digest", digest.write, DIGEST_INTERVAL),
        BellRope("request_repeats", repeats.look, REPEATS_INTERVAL),
        BellRope("prune_requests", repeats.prune, PRUNE_INTERVAL),
    ]
