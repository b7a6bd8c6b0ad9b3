"""What could be saved, out of the rollups and the counts of repeated requests."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.rows import day_of
from bot.settings_costs import OptimisationSettings
from bot.store import request_repeats
from bot.store.database import Database, Transaction
from bot.store.request_repeats import DayRepeats
from bot.store.telemetry import series as series_store
from riskengine.areas.cost.optimise import Prices, Repeats, Savings, Traffic, Whose, optimise
from riskengine.pricing import PriceBook
from riskengine.rollups import Rollup, to_usd
from riskengine.series import Dimension, Series
from riskengine.usage import TokenCounts
from riskengine.windows import Window, minute_of, minute_start

KEPT = (Dimension.MODEL, Dimension.PROVIDER, Dimension.ROLE)
HOUR_MINUTES = 60
DAY = timedelta(days=1)


class SavingsDesk:
    """Answers what would cost less."""

    def __init__(
        self,
        database: Database,
        telemetry: TelemetryDesk,
        prices: PriceBook,
        settings: OptimisationSettings,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._telemetry = telemetry
        self._prices = prices
        self._settings = settings
        self._zone = zone

    async def savings(self) -> Savings:
        """What the calls of the last days say, up to the last full hour."""
        now = self._database.clock.now()
        window = await self._window(now)
        sums = await self._telemetry.sums(window, kept=KEPT)
        peaks = await self._peaks(window)
        repeats = await self._database.read(lambda tx: _repeats(tx, day_of(window.starts_at)))
        traffic = [_traffic(series, rollup, peaks.get(series)) for series, rollup in sums.items()]
        days = Decimal(window.seconds) / int(DAY.total_seconds())
        priced = [each for each in traffic if each.usd]
        return optimise(priced, repeats, self._otherwise(now), self._settings, days)

    async def _window(self, now: datetime) -> Window:
        """As far back as the settings say, but not before calls are known: silence would thin out the rest."""
        first = await self._telemetry.begun_at()
        since = max(now - self._settings.window, min(first or now, now))
        return Window(*(minute_of(each) // HOUR_MINUTES * HOUR_MINUTES for each in (since, now)))

    async def _peaks(self, window: Window) -> dict[Series, Rollup]:
        """The calls of the hours that cost more; none where no hour is said to cost less."""
        settings = self._settings
        if not (settings.patient_roles and settings.off_peak_hours and settings.off_peak_discount):
            return {}
        hours = await self._telemetry.steps(
            window, HOUR_MINUTES, kept=KEPT, only={Dimension.ROLE: settings.patient_roles}
        )
        dear = defaultdict(list)
        for minute, by_series in hours.items():
            if minute_start(minute).astimezone(self._zone).hour not in settings.off_peak_hours:
                for series, rollup in by_series.items():
                    dear[series].append(rollup)
        return {series: Rollup.total(rollups) for series, rollups in dear.items()}

    def _otherwise(self, now: datetime) -> Prices:
        """By today's prices."""
        today = now.astimezone(UTC).date()

        def cheaper(model: str, provider: str, tokens: TokenCounts) -> tuple[str, Decimal] | None:
            known = self._prices.named(model, provider)
            name = self._settings.cheaper_models.get(model) or (known.successor if known else "")
            version = self._prices.price_on(today, name) if name else None
            return (name, version.usd(tokens)) if version else None

        def batched(model: str, provider: str, tokens: TokenCounts) -> Decimal | None:
            version = self._prices.price_on(today, model, provider)
            return version.usd(tokens, is_batch=True) if version and version.batch < 1 else None

        return Prices(cheaper, batched)


def _traffic(series: Series, rollup: Rollup, peak: Rollup | None) -> Traffic:
    tokens = TokenCounts(
        rollup.input_tokens, rollup.output_tokens, rollup.cached_input_tokens, rollup.cache_write_tokens
    )
    return Traffic(
        series.model,
        series.provider,
        series.role,
        rollup.calls,
        to_usd(rollup.cost_picousd),
        tokens,
        peak.calls if peak else 0,
        to_usd(peak.cost_picousd) if peak else Decimal(0),
    )


def _repeats(tx: Transaction, day: int) -> dict[Whose, Repeats]:
    found = request_repeats.repeats_since(tx, day)
    return _summed(found, series_store.labels_of(tx, {each.series_id for each in found}))


def _summed(found: Iterable[DayRepeats], series: Mapping[int, Series]) -> dict[Whose, Repeats]:
    calls: defaultdict[Whose, int] = defaultdict(int)
    picousd: defaultdict[Whose, int] = defaultdict(int)
    for each in found:
        told = series[each.series_id]
        whose = Whose(told.model, told.provider, told.role)
        calls[whose] += each.calls
        picousd[whose] += each.cost_picousd
    return {whose: Repeats(count, to_usd(picousd[whose])) for whose, count in calls.items()}
