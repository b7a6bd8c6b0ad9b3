"""What is wrong with prices, told as alerts that begin and end by themselves."""

from collections.abc import Sequence
from datetime import timedelta

from bot.services.alerts import receive
from bot.services.alerts.own import own_signal
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import AlertDelivery
from bot.settings_costs import PricingSettings
from bot.store import alert_lookups, alerts
from bot.store.database import Database, Transaction
from riskengine.areas.cost.price_findings import (
    FINDING_NUMBERS,
    PriceAlert,
    PriceFinding,
    PriceLimits,
    judge_calls,
    judge_prices,
)
from riskengine.pricing import PriceBook
from riskengine.response.alerts import Alert, AlertStatus, Signal, SignalStatus, fingerprint_of
from riskengine.rules import SOURCE
from riskengine.series import Dimension
from riskengine.windows import MINUTE, Window

#: The look covers the minute that runs, too: a call told a moment ago is no drop of anything here.
_RUNNING = MINUTE


class PriceWatch:
    """Looks once an interval, at sums of rollups."""

    def __init__(
        self,
        database: Database,
        telemetry: TelemetryDesk,
        prices: PriceBook,
        settings: PricingSettings,
        delivery: AlertDelivery,
    ) -> None:
        self._database = database
        self._telemetry = telemetry
        self._prices = prices
        self._settings = settings
        self._delivery = delivery

    async def look(self) -> None:
        """Read without holding up anybody; then one short transaction, which writes what has changed."""
        findings = await self._findings()
        await self._database.write(lambda tx: tell(tx, findings, self._delivery))

    async def _findings(self) -> list[PriceFinding]:
        now, limits = self._database.clock.now(), _limits(self._settings)
        window = Window.ending(now + _RUNNING, _whole_minutes(limits.window))
        kept = (Dimension.MODEL, Dimension.PROVIDER)
        sums = await self._telemetry.sums(window, kept=kept, numbers=FINDING_NUMBERS)
        return [
            *judge_calls(sums, limits),
            *judge_prices(self._prices, now.date(), limits.increase_told_for),
        ]


def tell(tx: Transaction, findings: Sequence[PriceFinding], delivery: AlertDelivery) -> None:
    """Begin what is new and end what holds no longer; an alert that holds keeps the words with which it began."""
    if signals := [*_begun(tx, findings), *_ended(tx, findings)]:
        receive.receive(tx, signals, delivery)


def _begun(tx: Transaction, findings: Sequence[PriceFinding]) -> list[Signal]:
    known = alerts.latest_by_fingerprint(tx, [_fingerprint(each) for each in findings])
    return [_signal(each) for each in findings if _is_new(each, known.get(_fingerprint(each)))]


def _is_new(finding: PriceFinding, latest: Alert | None) -> bool:
    return latest is None or (latest.status is AlertStatus.RESOLVED and not finding.name.is_event)


def _ended(tx: Transaction, findings: Sequence[PriceFinding]) -> list[Signal]:
    holding = {_fingerprint(each) for each in findings}
    mine = alert_lookups.open_alerts_named(tx, list(PriceAlert), SOURCE)
    return [_resolved(each) for each in mine if each.fingerprint not in holding]


def _signal(finding: PriceFinding) -> Signal:
    return own_signal(finding.name, finding.severity, SignalStatus.FIRING, finding.labels, finding.annotations)


def _resolved(alert: Alert) -> Signal:
    return own_signal(alert.name, alert.severity, SignalStatus.RESOLVED, alert.labels, alert.annotations)


def _fingerprint(finding: PriceFinding) -> str:
    return fingerprint_of(finding.name, finding.labels)


def _limits(settings: PricingSettings) -> PriceLimits:
    return PriceLimits(
        settings.window,
        settings.unpriced_tokens,
        settings.differ_ratio,
        settings.differ_usd,
        settings.increase_told_for,
    )


def _whole_minutes(span: timedelta) -> timedelta:
    return span - span % MINUTE
