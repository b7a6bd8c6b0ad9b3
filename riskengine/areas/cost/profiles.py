"""What a day costs, learned from days: a level for each weekday, growth, and how far days stray from both.

cost(day) = level(weekday) * exp(growth * days) * noise. Growth is the slope of the logarithms around each weekday's own
mean (days that cost nothing tell nothing of it), drawn towards 0 by how uncertain it is; levels are means, so that
totals are right.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import exp, hypot, log, sqrt
from random import Random
from statistics import fmean
from typing import NamedTuple

DAY = timedelta(days=1)
#: Two of each weekday: one alone would take its own noise for its pattern.
PROFILE_DAYS = 14
#: Fewer show growth where there is none.
GROWTH_DAYS = 21
#: Twice as much in four weeks, for ever, is no forecast but a jump.
MOST_GROWTH = log(2) / 28
#: Days that hang together vary more in sum; beyond this they are a change of level, which no interval covers.
MOST_CLUSTERING = 3.0


class DayCost(NamedTuple):
    """What one of the organisation's days came to."""

    day: date
    usd: Decimal


class Ahead(NamedTuple):
    """A day to come, and the share of it (0..1) that is."""

    day: date
    share: float


class Profile(NamedTuple):
    """What was learned, as of its last day."""

    last: date
    days: int
    #: Weekday, 0 for Monday → what it costs at the last day's level.
    levels: dict[int, float]
    counts: dict[int, int]
    #: The middle of each weekday's days, in days before the last: what growth was not needed to know.
    middles: dict[int, float]
    growth: float
    growth_error: float
    #: Each day over what was fitted, widened for what fitting took away.
    residuals: tuple[float, ...]
    spread: float
    freedom: int

    @property
    def growth_a_week(self) -> float:
        """As a share: 0.02 for 2 % more each week."""
        return exp(7 * self.growth) - 1

    def cost(self, ahead: Ahead) -> float:
        """What the day is expected to cost, as far as it is to come."""
        grown = exp(self.growth * (ahead.day - self.last).days)
        return self.levels.get(ahead.day.weekday(), 0.0) * grown * ahead.share

    def doubt(self, days: Sequence[Ahead]) -> float:
        """Standard error, in dollars, of the expected sum: levels and growth are only estimates."""
        by_weekday = dict.fromkeys(self.levels, 0.0)
        leverage = 0.0
        for each in days:
            cost, weekday = self.cost(each), each.day.weekday()
            by_weekday[weekday] = by_weekday.get(weekday, 0.0) + cost
            leverage += cost * ((each.day - self.last).days + self.middles.get(weekday, 0.0))
        levels = sum(cost**2 / self.counts.get(weekday, 1) for weekday, cost in by_weekday.items())
        return sqrt(levels * self.spread**2 + (leverage * self.growth_error) ** 2)


def learn(history: Sequence[DayCost]) -> Profile | None:
    """The profile of whole days without a gap, oldest first; None for too few of them, or where all cost nothing."""
    if len(history) < PROFILE_DAYS or not any(each.usd for each in history):
        return None
    last = history[-1].day
    days = [((each.day - last).days, each.day.weekday(), float(each.usd)) for each in history]
    growth, error = _growth(days) if len(days) >= GROWTH_DAYS else (0.0, 0.0)
    levels = _means((weekday, usd * exp(-growth * at)) for at, weekday, usd in days)
    raw = [usd / (levels[weekday] * exp(growth * at)) - 1 if levels[weekday] else 0.0 for at, weekday, usd in days]
    fitted = len(levels) + (len(days) >= GROWTH_DAYS)
    freedom = len(days) - fitted
    widened = sqrt(len(days) / freedom) * sqrt(_clustering(raw))
    residuals = tuple(max(0.0, 1 + each * widened) for each in raw)
    counts = [weekday for _, weekday, _ in days]
    return Profile(
        last=last,
        days=len(days),
        levels=levels,
        counts={each: counts.count(each) for each in levels},
        middles=_means((weekday, -float(at)) for at, weekday, _ in days),
        growth=growth,
        growth_error=error,
        residuals=residuals,
        spread=sqrt(fmean((each * widened) ** 2 for each in raw)),
        freedom=freedom,
    )


def student(random: Random, freedom: int) -> float:
    """A draw of Student's t."""
    return random.gauss() / sqrt(random.gammavariate(freedom / 2, 2 / freedom))


def _growth(days: Sequence[tuple[int, int, float]]) -> tuple[float, float]:
    """Growth a day as a logarithm, and its standard error."""
    seen = [(float(at), weekday, log(usd)) for at, weekday, usd in days if usd > 0]
    middles = _means((weekday, at) for at, weekday, _ in seen)
    means = _means((weekday, value) for _, weekday, value in seen)
    parted = [(at - middles[weekday], value - means[weekday]) for at, weekday, value in seen]
    lever = sum(at * at for at, _ in parted)
    freedom = len(seen) - len(means) - 1
    if freedom < 1 or not lever:
        return 0.0, 0.0
    slope = sum(at * value for at, value in parted) / lever
    error = sqrt(sum((value - slope * at) ** 2 for at, value in parted) / freedom / lever)
    kept = slope**3 / (slope**2 + error**2) if slope else 0.0
    # What was drawn towards 0 may be wrong by as much as it was drawn.
    return max(-MOST_GROWTH, min(MOST_GROWTH, kept)), hypot(error, slope - kept)


def _clustering(deviations: Sequence[float]) -> float:
    """By how much sums vary more than those of independent days: from the correlation of neighbours, where it shows."""
    whole = sum(each * each for each in deviations)
    if not whole:
        return 1.0
    correlation = sum(a * b for a, b in pairwise(deviations)) / whole
    if correlation < 2 / sqrt(len(deviations)):
        return 1.0
    return min(MOST_CLUSTERING, (1 + correlation) / (1 - correlation))


def _means(values: Iterable[tuple[int, float]]) -> dict[int, float]:
    parts: dict[int, list[float]] = {}
    for key, value in values:
        parts.setdefault(key, []).append(value)
    return {key: fmean(each) for key, each in parts.items()}
