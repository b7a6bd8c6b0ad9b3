"""The bells by which riskbot looks after itself."""

from datetime import timedelta
from functools import partial

import aiohttp
from prometheus_client import CollectorRegistry

from bot.connectors.heartbeat import Heartbeat
from bot.delivery.worker import DeliveryWorker
from bot.health import Health
from bot.scheduling.bells import BellRope
from bot.services.alerts.prune import AlertPruner
from bot.services.auditor.auditor import Auditor
from bot.services.auditor.findings import Terms
from bot.services.auditor.metrics import AuditorMetrics
from bot.services.reports import costs, escalations, noise
from bot.services.reports.delivery import DeliveryDesk, DeliveryGauges
from bot.settings import Settings
from bot.store.database import Database
from riskengine.durations import spoken

#: How old the figures of the delivery may be that a scrape finds.
FIGURES_INTERVAL = timedelta(seconds=5)
#: What is kept for months may be kept for an hour more.
PRUNE_INTERVAL = timedelta(hours=1)


def upkeep(
    settings: Settings,
    database: Database,
    worker: DeliveryWorker,
    delivery: DeliveryDesk,
    health: Health,
    session: aiohttp.ClientSession,
    registry: CollectorRegistry,
) -> list[BellRope]:
    reports = (noise.weekly(settings), escalations.weekly(settings), costs.daily(settings))
    planned = frozenset(each.kind for each in reports if each.is_wanted)

    def terms() -> Terms:
        looks = settings.watch.interval / database.clock.speed
        return Terms(settings.alerts, settings.auditor, looks, worker.trouble, planned)

    auditor = Auditor(database, terms, AuditorMetrics(registry))
    gauges = DeliveryGauges(delivery, registry)
    ropes = [
        BellRope("auditor", auditor.look, settings.auditor.interval),
        BellRope("prune_alerts", AlertPruner(database, settings.alerts).prune, PRUNE_INTERVAL),
        BellRope("delivery_figures", gauges.measure, FIGURES_INTERVAL),
    ]
    if settings.heartbeat.url.get_secret_value():
        heartbeat = Heartbeat(settings.heartbeat, session, partial(_trouble, settings, health, delivery), registry)
        ropes.append(BellRope("heartbeat", heartbeat.beat, settings.heartbeat.interval))
    return ropes


async def _trouble(settings: Settings, health: Health, delivery: DeliveryDesk) -> str:
    """What keeps riskbot from doing all of its work; empty while nothing does."""
    wrong = [f"{check.name}: {check.detail}" for check in await health.checks() if not check.ok]
    if wrong:
        return "; ".join(wrong)
    report = await delivery.report()
    if report.oldest_seconds > settings.heartbeat.oldest_unsent.total_seconds():
        return f"a message has been waiting for {spoken(timedelta(seconds=report.oldest_seconds))}"
    return ""
