"""A span of whole minutes, and what the calls in it amount to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from riskengine.durations import Duration
from riskengine.rollups import MICROSECONDS, Rollup, to_usd

MINUTE = timedelta(minutes=1)
MINUTE_SECONDS = 60
MINIMUM_SAMPLES = 20

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A sketch knows 1 %; a microsecond is more than enough.
_PLACES = Decimal("0.000001")


class WindowSettings(BaseModel):
    """Which windows the rules look at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    length: Duration = Field(timedelta(minutes=5), description="Window of a rule that names none; whole minutes.")
    settle: Duration = Field(
        timedelta(0),
        description="A minute counts once over for this long: calls are told at their end but count by their start.",
    )


def minute_of(at: datetime) -> int:
    """The minute in which a moment lies, counted from 1970 in UTC."""
    return (at - _EPOCH) // MINUTE


def minute_start(minute: int) -> datetime:
    return _EPOCH + minute * MINUTE


class Window(NamedTuple):
    """The minutes from `first` on and before `end`, counted from 1970."""

    first: int
    end: int

    @classmethod
    def ending(cls, now: datetime, length: timedelta, settle: timedelta = timedelta(0)) -> Self:
        """The last so many minutes that are over, for at least `settle`.

        Raises ValueError for a length that is no whole number of minutes. Only whole minutes count: the minute that
        still runs would look like a drop of throughput.
        """
        minutes, rest = divmod(length, MINUTE)
        if rest or minutes < 1:
            raise ValueError(f"a window is a whole number of minutes, not {length.total_seconds():g} s")
        end = minute_of(now - settle)
        return cls(end - minutes, end)

    @property
    def minutes(self) -> range:
        return range(self.first, self.end)

    @property
    def seconds(self) -> int:
        return (self.end - self.first) * MINUTE_SECONDS

    @property
    def starts_at(self) -> datetime:
        return minute_start(self.first)

    @property
    def ends_at(self) -> datetime:
        return minute_start(self.end)

    def earlier(self, by: timedelta) -> "Window":
        """The same window so much before, to the minute."""
        minutes = by // MINUTE
        return Window(self.first - minutes, self.end - minutes)

    def overlaps(self, other: "Window") -> bool:
        return self.first < other.end and other.first < self.end


class WindowStats(BaseModel):
    """What the calls of a window amount to; what too few samples stand behind is None, which is no data."""

    model_config = ConfigDict(frozen=True)

    seconds: int
    calls: int
    errors: int
    escalated: int
    calls_per_second: Decimal
    response_time_mean_seconds: Decimal | None
    response_time_p50_seconds: Decimal | None
    response_time_p95_seconds: Decimal | None
    response_time_p99_seconds: Decimal | None
    time_to_first_token_mean_seconds: Decimal | None
    error_ratio: Decimal | None
    escalated_ratio: Decimal | None
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    unpriced_calls: int

    @classmethod
    def of(cls, rollup: Rollup, seconds: int, minimum_samples: int = MINIMUM_SAMPLES) -> Self:
        """Derive the figures of `seconds` of calls; those of response and errors need so many calls.

        Calls a second need none: silence is a throughput of 0, and whether that means something is the baseline's word.
        """
        calls = rollup.calls if rollup.calls >= minimum_samples else 0
        first_tokens = rollup.first_tokens if rollup.first_tokens >= minimum_samples else 0
        return cls(
            seconds=seconds,
            calls=rollup.calls,
            errors=rollup.errors,
            escalated=rollup.escalated,
            calls_per_second=Decimal(rollup.calls) / seconds,
            response_time_mean_seconds=_mean_seconds(rollup.duration_us, calls),
            response_time_p50_seconds=_percentile(rollup, 0.5, calls),
            response_time_p95_seconds=_percentile(rollup, 0.95, calls),
            response_time_p99_seconds=_percentile(rollup, 0.99, calls),
            time_to_first_token_mean_seconds=_mean_seconds(rollup.first_token_us, first_tokens),
            error_ratio=_ratio(rollup.errors, calls),
            escalated_ratio=_ratio(rollup.escalated, calls),
            input_tokens=rollup.input_tokens,
            cached_input_tokens=rollup.cached_input_tokens,
            output_tokens=rollup.output_tokens,
            cost_usd=to_usd(rollup.cost_picousd),
            unpriced_calls=rollup.unpriced_calls,
        )


def _ratio(part: int, whole: int) -> Decimal | None:
    # Not rounded: a ratio a hair above its threshold is above it.
    return Decimal(part) / whole if whole else None


def _mean_seconds(sum_us: int, samples: int) -> Decimal | None:
    return _ratio(sum_us, samples * MICROSECONDS)


def _percentile(rollup: Rollup, share: float, samples: int) -> Decimal | None:
    told = rollup.durations.quantile(share) if samples else None
    return None if told is None else Decimal(told).quantize(_PLACES)
