"""How the delivery stands, for whoever asks and for Prometheus: the same figures."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.store.database import Database
from bot.store.delivery_figures import figures
from riskengine.response.delivery_reports import DeliveryReport, Parts

#: Lines of the queue that Prometheus is told; each is two time series. The most urgent and oldest come first.
MOST_LINES = 100


class DeliveryDesk:
    """Asks the database, and the parts of this process for what only they know."""

    def __init__(self, database: Database, parts: Callable[[], Parts]) -> None:
        self._database = database
        self._parts = parts

    async def report(self) -> DeliveryReport:
        found = await self._database.read(figures)
        return DeliveryReport(found, self._parts(), self._database.clock.protocol_now())


class DeliveryGauges(Collector):
    """The last report as gauges; a bell brings it up to date, so that a scrape costs no look at the database."""

    def __init__(self, desk: DeliveryDesk, registry: CollectorRegistry) -> None:
        self._desk = desk
        self._report: DeliveryReport | None = None
        registry.register(self)

    async def measure(self) -> None:
        self._report = await self._desk.report()

    def collect(self) -> Iterator[Metric]:
        if self._report is not None:
            yield from _queue(self._report)
            yield from _stops(self._report)
            yield from _times(self._report)
            yield from _callbacks(self._report)


def _queue(report: DeliveryReport) -> Iterator[Metric]:
    labels = ["channel", "priority"]
    waiting = GaugeMetricFamily("riskbot_queue_messages", "Messages that wait to be sent.", labels=labels)
    age = GaugeMetricFamily("riskbot_queue_oldest_seconds", "Age of the oldest of them.", labels=labels)
    for line in report.figures.lines[:MOST_LINES]:
        waiting.add_metric([line.channel, str(line.priority)], line.messages)
        age.add_metric([line.channel, str(line.priority)], (report.at - line.since).total_seconds())
    yield from (waiting, age)


def _stops(report: DeliveryReport) -> Iterator[Metric]:
    held = GaugeMetricFamily("riskbot_held_seconds", "How long a channel or method is still held.", labels=["name"])
    for hold in report.figures.holds:
        held.add_metric([hold.name], (hold.until - report.at).total_seconds())
    words = "1 for a channel or person that refuses us."
    refuses = GaugeMetricFamily("riskbot_destination_refuses", words, labels=["channel", "reason"])
    for refusal in report.figures.refusals:
        refuses.add_metric([refusal.channel, refusal.reason], 1)
    yield from (held, refuses)


def _times(report: DeliveryReport) -> Iterator[Metric]:
    if report.figures.planned:
        words = "When the next timer falls due, in business time."
        due_at = report.figures.planned[0].due_at
        yield GaugeMetricFamily("riskbot_due_next_timestamp_seconds", words, value=due_at.timestamp())
    if report.parts.last_event_at is not None:
        words = "When Slack last sent a command, a press or an event."
        last = report.parts.last_event_at.timestamp()
        yield GaugeMetricFamily("riskbot_slack_last_event_timestamp_seconds", words, value=last)


def _callbacks(report: DeliveryReport) -> Iterator[Metric]:
    found = report.figures.callbacks
    since = found.oldest_at
    yield GaugeMetricFamily("riskbot_callbacks_waiting", "Callbacks on their way to programs.", value=found.waiting)
    yield GaugeMetricFamily("riskbot_callbacks_dead", "Callbacks that were given up.", value=found.dead)
    words = "How long the oldest callback on its way has been tried; 0 when none is."
    age = (report.at - since).total_seconds() if since else 0.0
    yield GaugeMetricFamily("riskbot_callbacks_oldest_seconds", words, value=age)
