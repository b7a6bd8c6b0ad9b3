"""The area's indicators at work: read, judged, and told as alerts that begin and end by themselves."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.services.alerts import receive
from bot.services.alerts.own import own_signal
from bot.settings import AlertDelivery
from bot.store import alerts, availability, escalation_outcomes, escalation_waits
from bot.store.database import Database, Transaction
from riskengine.areas import Area
from riskengine.areas.escalation.indicators import Facts, Finding, Indicator, IndicatorSettings, judge, median_wait
from riskengine.availability import availability as share_of
from riskengine.response.alerts import AlertStatus, Signal, SignalStatus, fingerprint_of

LABELS = {"area": Area.ESCALATION.value}


class Measured(NamedTuple):
    facts: Facts
    availability: float


class EscalationWatch(Collector):
    """Looks once an interval; what it read last is what Prometheus is told."""

    def __init__(
        self, database: Database, limits: IndicatorSettings, delivery: AlertDelivery, registry: CollectorRegistry
    ) -> None:
        self._database = database
        self._limits = limits
        self._delivery = delivery
        self._last: Measured | None = None
        registry.register(self)

    async def look(self) -> None:
        """Read without holding up anybody; then one short transaction, which writes what has changed."""
        self._last = await self._database.read(lambda tx: measure(tx, self._limits))
        findings = judge(self._last.facts, self._limits)
        await self._database.write(lambda tx: tell(tx, findings, self._delivery))

    def collect(self) -> Iterator[Metric]:
        if self._last is None:
            return
        facts = self._last.facts
        middle = median_wait(facts.waits)
        for name, words, value in (
            ("approval_seconds", "Median time to a decision.", middle.total_seconds() if middle is not None else None),
            ("false_positive_ratio", "Share of judged escalations called unneeded.", facts.past.unneeded.ratio),
            ("false_negative_ratio", "Share of tasks not escalated that went wrong.", facts.past.troubled.ratio),
            ("availability_ratio", "Share of the time in which riskbot was there.", self._last.availability),
        ):
            if value is not None:
                yield GaugeMetricFamily(f"riskbot_escalation_{name}", words, value=value)


def measure(tx: Transaction, limits: IndicatorSettings) -> Measured:
    since = tx.now - limits.window
    outages = availability.outages_since(tx, since)
    lately = [each for each in outages if each.ended_at > tx.now - limits.outage_told_for]
    facts = Facts(
        waits=escalation_waits.waits_since(tx, tx.now - limits.approval_window),
        past=escalation_outcomes.past(tx, since),
        outages=lately,
    )
    return Measured(facts, share_of(outages, since, tx.now).ratio)


def tell(tx: Transaction, findings: Sequence[Finding], delivery: AlertDelivery) -> None:
    """Begin what is breached and end what is not; an alert that holds keeps the words with which it began."""
    if signals := _news(tx, findings):
        receive.receive(tx, signals, delivery)


def _news(tx: Transaction, findings: Sequence[Finding]) -> list[Signal]:
    known = alerts.latest_by_fingerprint(tx, [_fingerprint(each.name) for each in findings])
    found = []
    for finding in findings:
        latest = known.get(_fingerprint(finding.name))
        is_open = latest is not None and latest.status is not AlertStatus.RESOLVED
        # An outage is an event: told once, again only for another one, and not after a person put it aside.
        is_told = latest is not None and latest.annotations == finding.annotations
        is_another = finding.name is Indicator.OUTAGE and not is_told
        if finding.is_breached and (is_another or (not is_open and finding.name is not Indicator.OUTAGE)):
            found.append(_signal(finding, SignalStatus.FIRING))
        elif not finding.is_breached and is_open:
            found.append(_signal(finding, SignalStatus.RESOLVED))
    return found


def _signal(finding: Finding, status: SignalStatus) -> Signal:
    return own_signal(finding.name, finding.severity, status, LABELS, finding.annotations)


def _fingerprint(name: Indicator) -> str:
    return fingerprint_of(name, LABELS)
