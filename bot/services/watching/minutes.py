"""Calls by minute for baselines, kept from look to look: each look asks only for the minutes that are new in it."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from bot.services.telemetry.desk import TelemetryDesk
from riskengine.rules import Per
from riskengine.series import Series
from riskengine.windows import Window

Calls = dict[int, int]
#: Calls of a past day that are told today count in its baseline after at most this.
KEPT_FOR = timedelta(minutes=10)


class MinuteBook:
    """What is known of past minutes, for subjects of every kind."""

    def __init__(self, telemetry: TelemetryDesk) -> None:
        self._telemetry = telemetry
        self._begun: datetime | None = None
        self._known: dict[Per, set[int]] = {}
        self._calls: dict[Per, dict[Series, Calls]] = {}

    def open(self, now: datetime) -> None:
        """Begin a look; what was kept for long enough is forgotten."""
        if self._begun is None or not timedelta(0) <= now - self._begun < KEPT_FOR:
            self._begun = now
            self._known, self._calls = {}, {}

    def forget(self, windows: Iterable[Window]) -> None:
        """Ask anew for these minutes, which still grow."""
        growing = {minute for window in windows for minute in window.minutes}
        for known in self._known.values():
            known.difference_update(growing)

    async def learn(self, per: Per, windows: Collection[Window]) -> dict[Series, Calls]:
        """The calls of every subject by minute, known at least for these windows."""
        known = self._known.setdefault(per, set())
        calls = self._calls.setdefault(per, {})
        missing = {minute for window in windows for minute in window.minutes} - known
        for series, counts in (await self._telemetry.calls_by_minute(spans_of(missing), per.dimensions)).items():
            calls.setdefault(series, {}).update(counts)
        known |= missing
        return calls


def spans_of(minutes: Iterable[int]) -> list[Window]:
    """The minutes as windows without a gap."""
    spans: list[Window] = []
    for minute in sorted(minutes):
        if spans and spans[-1].end == minute:
            spans[-1] = Window(spans[-1].first, minute + 1)
        else:
            spans.append(Window(minute, minute + 1))
    return spans
