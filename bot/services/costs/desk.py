"""What was spent: over any time, told apart by any label, by moments or by the organisation's days."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import Settings
from bot.store.database import Database
from riskengine.areas.cost.spend import SPEND_NUMBERS, Spend
from riskengine.local_days import DAY, DayRun, day_runs
from riskengine.rollups import Rollup
from riskengine.series import Dimension, Series
from riskengine.windows import MINUTE, Window, minute_of

Only = Mapping[Dimension, Collection[str]]
#: The key of the one sum where nothing is told apart; also of the calls whose sender told no such label.
WHOLE = ""
HOUR_MINUTES = 60


class CostDesk:
    """Use cases on spending, for people, programs and budgets."""

    def __init__(self, database: Database, telemetry: TelemetryDesk, settings: Settings) -> None:
        self._clock = database.clock
        self._telemetry = telemetry
        self.zone = settings.zone

    def now(self) -> datetime:
        return self._clock.now()

    def today(self) -> date:
        """The day that it is now in the organisation's time zone."""
        return self._clock.now().astimezone(self.zone).date()

    def is_exact_at(self, moment: datetime) -> bool:
        """Whether a span may begin or end there without being moved to the hour."""
        return self._first_minute(moment) == minute_of(moment)

    async def spend(
        self, start: datetime, end: datetime, *, only: Only | None = None, group_by: Dimension | None = None
    ) -> dict[str, Spend]:
        """What the calls cost that began from one aware moment on and before another.

        Told apart by the values of a label; without one, the only key is `WHOLE`, and it is always there. Exact to the
        minute while minutes are kept; before that, both ends are moved back to the hour.
        """
        window = Window(self._first_minute(start), self._first_minute(end))
        if window.first >= window.end:
            return _keyed({}, group_by)
        kept = (group_by,) if group_by else ()
        return _keyed(
            await self._telemetry.sums(window, only=only, kept=kept, numbers=SPEND_NUMBERS),
            group_by,
        )

    async def by_day(
        self, first: date, last: date, *, only: Only | None = None, group_by: Dimension | None = None
    ) -> dict[date, dict[str, Spend]]:
        """The same for each of the organisation's days from `first` to `last`, both included, in their order."""
        days: dict[date, dict[str, Spend]] = {}
        for run in day_runs(first, last, self.zone):
            days |= await self._run(run, only, group_by)
        return days

    async def _run(self, run: DayRun, only: Only | None, group_by: Dimension | None) -> dict[date, dict[str, Spend]]:
        if run.days == 1:
            return {run.first: await self.spend(run.starts_at, run.ends_at, only=only, group_by=group_by)}
        window = Window(self._first_minute(run.starts_at), self._first_minute(run.ends_at))
        length = run.day_length // MINUTE
        kept = (group_by,) if group_by else ()
        steps = await self._telemetry.steps(window, length, only=only, kept=kept, numbers=SPEND_NUMBERS)
        return {
            run.first + at * DAY: _keyed(steps.get(window.first + at * length, {}), group_by) for at in range(run.days)
        }

    def _first_minute(self, moment: datetime) -> int:
        minute = minute_of(moment)
        return minute if minute >= self._telemetry.oldest_minute() else minute - minute % HOUR_MINUTES


def _keyed(sums: Mapping[Series, Rollup], group_by: Dimension | None) -> dict[str, Spend]:
    if group_by is None:
        return {WHOLE: Spend.of(sums.get(Series(), Rollup()))}
    return {getattr(series, group_by): Spend.of(rollup) for series, rollup in sums.items()}
