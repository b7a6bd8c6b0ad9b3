"""Builds what escalations need."""

from datetime import timedelta

from prometheus_client import CollectorRegistry

from bot.health import TICK_GRACE
from bot.scheduling.bells import BellRope
from bot.scheduling.due import DueRunner
from bot.services.approvals.desk import ApprovalDesk
from bot.services.availability import Heart
from bot.services.escalations.desk import EscalationDesk
from bot.services.escalations.watch import EscalationWatch
from bot.settings import Settings
from bot.store.database import Database
from riskengine.pricing import PriceBook


def escalation_desk(
    database: Database, approvals: ApprovalDesk, settings: Settings, prices: PriceBook
) -> EscalationDesk:
    return EscalationDesk(database, approvals, settings.escalation, settings.callbacks, prices)


#: In the demo business time runs so fast that beats would come all the time.
FASTEST_BEAT = timedelta(seconds=1)
PRUNE_INTERVAL = timedelta(hours=1)


def watching_escalations(
    settings: Settings, database: Database, heart: Heart, due_runner: DueRunner, registry: CollectorRegistry
) -> list[BellRope]:
    """The bells by which the area's indicators are judged, and by which riskbot says that it is there."""
    chosen, speed = settings.escalation, database.clock.speed

    async def beat() -> None:
        # Nobody's deadline is kept while the due runner stands still.
        if database.clock.protocol_now() - due_runner.last_look_at <= TICK_GRACE:
            await heart.beat()

    watch = EscalationWatch(database, chosen.indicators, settings.alerts, registry)
    return [
        BellRope("beat", beat, max(FASTEST_BEAT, chosen.availability.beat_every / speed)),
        BellRope("escalation_indicators", watch.look, max(FASTEST_BEAT, chosen.indicators.interval / speed)),
        BellRope("prune_outages", heart.prune, PRUNE_INTERVAL),
    ]
