"""The front desk of telemetry: stores what comes, and answers for any window."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.clock import monotonic_seconds
from bot.failpoints import FailPoint, pass_by
from bot.services.telemetry import receive
from bot.services.telemetry.labels import SeriesBook
from bot.services.telemetry.rows import CALLS, call_row, day_of, outcome_row
from bot.settings import TelemetrySettings
from bot.store.database import Database, Transaction
from bot.store.telemetry import windows
from bot.store.telemetry.rollups import HOUR_MINUTES
from bot.store.telemetry.windows import Only, Wanted
from riskengine.areas.cost.charging import Till
from riskengine.pricing import PriceBook
from riskengine.rollups import NUMBERS, Rollup
from riskengine.series import Dimension, Series
from riskengine.telemetry import ModelCall, TaskOutcome
from riskengine.windows import Window, minute_of, minute_start

EVERY = tuple(Dimension)
FIRST_HOURS_SECONDS = 600.0


class TelemetryDesk:
    """Use cases on calls and outcomes, for senders and for whoever judges them.

    Without a table of prices the senders' own figures are all that is known of costs.
    """

    def __init__(self, database: Database, settings: TelemetrySettings, prices: PriceBook | None = None) -> None:
        self._database = database
        self._till = Till(prices)
        self.settings = settings
        self.book = SeriesBook(database, settings.label_values)
        self._first_hours: dict[tuple[Dimension, ...], tuple[float, dict[Series, int]]] = {}

    async def receive(self, calls: Sequence[ModelCall], source: str = CALLS) -> list[bool]:
        """Store calls durably; tells of each, in their order, whether it was new.

        Their ids are known for as long as raw calls are kept, whoever sends them again. Rollups follow within a second.
        """
        told = [Series.of(call) for call in calls]
        ids = await self.book.ids_of(set(told))
        day = day_of(self._database.clock.now())
        charge = self._till.charge
        rows = [
            call_row(call, charge(call), source, ids[series], day) for call, series in zip(calls, told, strict=True)
        ]
        new = await self._database.write(lambda tx: receive.store_calls(tx, rows))
        pass_by(FailPoint.INGEST_COMMITTED)
        self.book.note_overflow([series for series, is_new in zip(told, new, strict=True) if is_new])
        return new

    def price(self, call: ModelCall) -> int | None:
        """What a call is booked at, in 10⁻¹² US dollars; None for what is unpriced."""
        return self._till.charge(call).cost_picousd

    async def receive_outcomes(self, outcomes: Sequence[TaskOutcome]) -> list[bool]:
        """Store task outcomes durably; tells of each, in their order, whether it was new."""
        day = day_of(self._database.clock.now())
        rows = [outcome_row(outcome, day) for outcome in outcomes]
        new = await self._database.write(lambda tx: receive.store_outcomes(tx, rows))
        pass_by(FailPoint.INGEST_COMMITTED)
        return new

    def covered(self, window: Window) -> Window:
        """The window that is answered for this one: begins and ends with an hour where minutes are gone."""
        return windows.covered(window, self.oldest_minute())

    async def sums(
        self,
        window: Window,
        *,
        only: Only | None = None,
        kept: Collection[Dimension] = EVERY,
        percentiles: bool = False,
        numbers: tuple[str, ...] = NUMBERS,
    ) -> dict[Series, Rollup]:
        """The calls of a window, told apart by the `kept` labels; series without a call are absent.

        `only` names, for some labels, the values that count. Without `percentiles` the sketches are left empty, and so
        are numbers that are not named, which saves reading them.
        """
        wanted = Wanted(window, self.oldest_minute(), only or {}, kept, numbers=numbers)
        by_step = await self._read(wanted, percentiles)
        return {series: rollup for (_, series), rollup in by_step.items()}

    async def steps(
        self,
        window: Window,
        step_minutes: int,
        *,
        only: Only | None = None,
        kept: Collection[Dimension] = (),
        percentiles: bool = False,
        numbers: tuple[str, ...] = NUMBERS,
    ) -> dict[int, dict[Series, Rollup]]:
        """The same, step by step from the window's first minute; a step without a call is absent."""
        wanted = Wanted(window, self.oldest_minute(), only or {}, kept, step_minutes, numbers)
        steps: dict[int, dict[Series, Rollup]] = {}
        for (step, series), rollup in sorted((await self._read(wanted, percentiles)).items(), key=lambda each: each[0]):
            steps.setdefault(step, {})[series] = rollup
        return steps

    async def calls_by_minute(
        self, spans: Sequence[Window], kept: Collection[Dimension]
    ) -> dict[Series, dict[int, int]]:
        """How many calls each series, told apart by the `kept` labels, had in every minute of the spans with any.

        The spans must not overlap; minutes that are gone count as none.
        """
        return await self._database.read(lambda tx: windows.calls_by_minute(tx, spans, kept)) if spans else {}

    async def heard_of(self, since: datetime) -> set[Series]:
        """The series that had a call since then, or up to an hour earlier."""
        return await self._database.read(lambda tx: windows.heard_of(tx, minute_of(since)))

    async def recorded_since(self, series: Series, kept: Collection[Dimension]) -> datetime | None:
        """From when on the calls of a series, told apart by the `kept` labels, are known; None for one never heard of.

        The first hour counts as unknown: it may have begun in its middle. Kept for ten minutes: it hardly changes. A
        series that is not among what is kept has come since, as all have where riskbot has just begun.
        """
        key = tuple(kept)
        known = self._first_hours.get(key)
        if known is None or series not in known[1] or monotonic_seconds() - known[0] > FIRST_HOURS_SECONDS:
            known = (monotonic_seconds(), await self._database.read(lambda tx: windows.first_hours(tx, kept)))
            self._first_hours[key] = known
        hour = known[1].get(series)
        return None if hour is None else minute_start((hour + 1) * HOUR_MINUTES)

    async def _read(self, wanted: Wanted, percentiles: bool) -> dict[tuple[int, Series], Rollup]:
        return await self._database.read(lambda tx: _sums(tx, wanted, percentiles))

    def oldest_minute(self) -> int:
        """Before it only hours are kept; with a minute of grace, for pruning may be ahead of this look."""
        return minute_of(self._database.clock.now() - self.settings.minutes_kept_for) + 1


def _sums(tx: Transaction, wanted: Wanted, percentiles: bool) -> dict[tuple[int, Series], Rollup]:
    sums = windows.sums(tx, wanted)
    if not percentiles:
        return sums
    sketches = windows.sketches(tx, wanted)
    return {key: replace(rollup, durations=sketches[key]) for key, rollup in sums.items()}
