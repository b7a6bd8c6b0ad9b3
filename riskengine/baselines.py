"""What is normal for this hour: the calls of comparable windows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median, variance
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from riskengine.windows import Window

DAY = timedelta(days=1)


class BaselineMethod(StrEnum):
    SAME_WINDOW = "same window on preceding days"
    LAST_DAY = "last 24 hours"


class BaselineSettings(BaseModel):
    """What throughput is compared with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(7, ge=1, le=28, description="Preceding days whose window at the same time of day (UTC) counts.")
    minimum_windows: int = Field(3, ge=2, description="Comparable windows without which there is no baseline.")


class Comparable(NamedTuple):
    """The windows that a window is compared with."""

    method: BaselineMethod
    windows: tuple[Window, ...]


def comparable_windows(
    window: Window, recorded_since: datetime, incidents: Sequence[Window], settings: BaselineSettings
) -> Comparable | None:
    """The same window on preceding days, else the windows of the last 24 hours; None while there are too few.

    A window counts when all of it was recorded, even if nobody called, and when no incident lay in it.
    """
    days = (window.earlier(DAY * day) for day in range(1, settings.days + 1))
    length = window.end - window.first
    starts = range(window.first - length, window.earlier(DAY).first - 1, -length)
    last_day = (Window(start, start + length) for start in starts)
    for method, candidates in ((BaselineMethod.SAME_WINDOW, days), (BaselineMethod.LAST_DAY, last_day)):
        usable = tuple(_usable(candidates, recorded_since, incidents))
        if len(usable) >= settings.minimum_windows:
            return Comparable(method, usable)
    return None


def _usable(candidates: Iterable[Window], recorded_since: datetime, incidents: Sequence[Window]) -> Iterable[Window]:
    for window in candidates:
        if window.starts_at >= recorded_since and not any(window.overlaps(incident) for incident in incidents):
            yield window


class Baseline(BaseModel):
    """The calls of comparable windows, all of one length."""

    model_config = ConfigDict(frozen=True)

    method: BaselineMethod
    window_seconds: int
    counts: tuple[int, ...]

    @classmethod
    def of(cls, comparable: Comparable, calls_by_minute: Mapping[int, int]) -> Self:
        """Count the calls of comparable windows; a minute that is not told had none."""
        counts = (sum(calls_by_minute.get(minute, 0) for minute in each.minutes) for each in comparable.windows)
        return cls(method=comparable.method, window_seconds=comparable.windows[0].seconds, counts=tuple(counts))

    @property
    def expected_calls(self) -> Decimal:
        """Calls in a normal window: the median."""
        return Decimal(median(self.counts))

    @property
    def calls_per_second(self) -> Decimal:
        return self.expected_calls / self.window_seconds

    @property
    def dispersion(self) -> float:
        """Variance over mean of the counts: about 1 where calls come independently, more where they come in bursts."""
        calls = sum(self.counts)
        return variance(self.counts) * len(self.counts) / calls if calls else 0.0
