"""Whether riskbot can do its work now: what /readyz says, and the gauges of the queue."""

from collections.abc import Callable
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.ingest.health import Check
from bot.scheduling.due import DueRunner
from bot.store import audit, claims, destinations, due
from bot.store.claims import Queue
from bot.store.database import Database, Transaction
from bot.store.write_probe import WriteProbe

#: The due runner looks at least once a second; five missed looks mean that timers stand still.
TICK_GRACE = timedelta(seconds=5)


class Health:
    """Implements the API's Readiness from what the running parts know of themselves."""

    def __init__(
        self,
        database: Database,
        due_runner: DueRunner,
        *,
        delivery_trouble: Callable[[], str],
        link_trouble: Callable[[], str],
        registry: CollectorRegistry,
    ) -> None:
        self._database = database
        self._writes = WriteProbe(database)
        self._due_runner = due_runner
        self._delivery_trouble = delivery_trouble
        self._link_trouble = link_trouble
        self._gauges = _Gauges(registry)

    async def checks(self) -> list[Check]:
        delivery = self._delivery_trouble()
        link = self._link_trouble()
        return [
            await self._database_check(),
            Check(name="slack_link", ok=not link, detail=link or "connected"),
            Check(name="delivery", ok=not delivery, detail=delivery or "posting"),
            self._tick_check(),
        ]

    async def measure(self) -> None:
        """Bring the gauges up to date; a bell rings for it, so that a scrape itself costs nothing."""
        queue, unsealed, overdue, broken = await self._database.read(_look)
        gauges = self._gauges
        gauges.waiting.set(queue.waiting)
        gauges.ambiguous.set(queue.ambiguous)
        gauges.dead.set(queue.dead)
        gauges.oldest.set(queue.oldest_seconds)
        gauges.unsealed.set(unsealed)
        gauges.overdue.set(overdue)
        gauges.broken.set(broken)
        for name, trouble in (("delivery", self._delivery_trouble()), ("slack_link", self._link_trouble())):
            gauges.up.labels(name).set(0 if trouble else 1)

    async def _database_check(self) -> Check:
        try:
            await self._database.read(due.next_due_at)
        except (DatabaseBusy, DatabaseUnavailable) as error:
            return Check(name="database", ok=False, detail=error.message)
        trouble = await self._writes.trouble()
        return Check(name="database", ok=not trouble, detail=trouble or self._database.dialect)

    def _tick_check(self) -> Check:
        age = self._database.clock.protocol_now() - self._due_runner.last_look_at
        detail = f"looked for due work {age.total_seconds():.1f} s ago"
        return Check(name="tick", ok=age <= TICK_GRACE, detail=detail)


def _look(tx: Transaction) -> tuple[Queue, int, int, int]:
    overdue = due.count_overdue(tx, TICK_GRACE)
    return claims.queue(tx), audit.count_unsealed(tx), overdue, destinations.count_broken(tx)


class _Gauges:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.waiting = Gauge("riskbot_messages_waiting", "Messages that Slack does not show yet.", registry=registry)
        self.ambiguous = Gauge("riskbot_messages_ambiguous", "Posts whose fate is unknown.", registry=registry)
        self.dead = Gauge("riskbot_messages_dead", "Messages given up.", registry=registry)
        self.oldest = Gauge("riskbot_oldest_unsent_seconds", "Age of the oldest message that waits.", registry=registry)
        self.unsealed = Gauge("riskbot_audit_unsealed", "Audit rows not yet in the chain.", registry=registry)
        self.overdue = Gauge("riskbot_due_overdue", "Due rows over five seconds late.", registry=registry)
        self.broken = Gauge("riskbot_destinations_broken", "Channels and people that refuse us.", registry=registry)
        self.up = Gauge("riskbot_up", "1 while this part works.", ["part"], registry=registry)
