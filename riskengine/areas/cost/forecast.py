"""Where the month will end: what was spent and what the days to come will cost, with an interval and its method.

With 14 whole days a profile of weekdays with growth (`profiles`); with fewer the straight line of the mean day. The
interval holds 90 %: from the 5th to the 95th percentile of sums drawn from how days strayed, and from how little is
known of the rest.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from random import Random
from statistics import fmean, stdev
from typing import NamedTuple

from riskengine.areas.cost.profiles import DAY, PROFILE_DAYS, Ahead, DayCost, Profile, learn, student

__all__ = ["DayCost", "Method", "Projection", "project", "project_month"]

DRAWS = 1_000
#: Twelve weeks: growth shows above noise, and what was before is forgotten.
HISTORY_DAYS = 84
LOW, HIGH = 0.05, 0.95
#: Whole days that a straight line is drawn through: each weekday once.
LINE_DAYS = 7
#: Whole days below which nothing is known of how they stray.
SPREAD_DAYS = 3
#: Growth a week that is worth a word.
_TOLD_GROWTH = 0.001
_CENT = Decimal("0.01")


class Method(StrEnum):
    """How a projection was made."""

    PROFILE = "weekday profile"
    LINE = "straight line"


class Projection(NamedTuple):
    """The expected total of a span, and the interval that holds it nine times in ten; None where nothing says so."""

    usd: Decimal
    low: Decimal | None
    high: Decimal | None
    kind: Method
    #: In words, for people.
    method: str
    days_used: int


def month_of(day: date) -> tuple[date, date]:
    """The first day of its month and of the next one."""
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1)


def project_month(
    daily: Sequence[DayCost],
    today: date,
    now_share_of_day: float,
    *,
    random: Random | None = None,
    draws: int = DRAWS,
    history_days: int = HISTORY_DAYS,
) -> Projection | None:
    """The total of today's month; see `project`."""
    first, end = month_of(today)
    return project(daily, today, now_share_of_day, first, end, random=random, draws=draws, history_days=history_days)


def project(
    daily: Sequence[DayCost],
    today: date,
    now_share_of_day: float,
    first: date,
    end: date,
    *,
    random: Random | None = None,
    draws: int = DRAWS,
    history_days: int = HISTORY_DAYS,
) -> Projection | None:
    """The total of the days from `first` and before `end`, as seen today; None before there is one whole day.

    `daily` holds today, as far as it went, and days before it in any order; one that is missing cost nothing, and those
    before the first are unknown.
    What is drawn comes from `random`; without it, always the same.
    """
    spent = sum((each.usd for each in daily if first <= each.day <= today), Decimal(0))
    history = _whole_days(daily, today, history_days)
    ahead = _to_come(today, now_share_of_day, end)
    if not history:
        return None
    random = random or Random(0)  # noqa: S311 - no secret
    profile = learn(history)
    if profile is None:
        return _line(history[-LINE_DAYS:], spent, ahead, random, draws)
    return _by_profile(profile, spent, ahead, random, draws)


def _whole_days(daily: Sequence[DayCost], today: date, most: int) -> list[DayCost]:
    """Those before today, without a gap; the first one of all may have begun in its middle."""
    costs = {each.day: each.usd for each in daily if each.day < today}
    told = [day for day, usd in costs.items() if usd]
    if not told:
        return []
    first = max(min(told) + DAY, today - most * DAY)
    return [DayCost(day, costs.get(day, Decimal(0))) for day in _days(first, today)]


def _to_come(today: date, share_gone: float, end: date) -> list[Ahead]:
    rest = [Ahead(day, 1.0) for day in _days(today + DAY, end)]
    return [Ahead(today, 1 - share_gone), *rest] if today < end else []


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((end - first).days)]


def _by_profile(profile: Profile, spent: Decimal, ahead: Sequence[Ahead], random: Random, draws: int) -> Projection:
    costs = [profile.cost(each) for each in ahead]
    doubt = profile.doubt(ahead)
    sums = [
        sum(map(float.__mul__, costs, random.choices(profile.residuals, k=len(costs))))
        + doubt * student(random, profile.freedom)
        for _ in range(draws)
    ]
    low, high = _interval(sums)
    growth = profile.growth_a_week
    words = f"weekday profile of {profile.days} days"
    if abs(growth) >= _TOLD_GROWTH:
        words += f", {'growing' if growth > 0 else 'shrinking'} {abs(growth):.1%} a week"
    return _projection(spent, sum(costs), (low, high), Method.PROFILE, words, profile.days)


def _line(history: Sequence[DayCost], spent: Decimal, ahead: Sequence[Ahead], random: Random, draws: int) -> Projection:
    days = [float(each.usd) for each in history]
    rest = sum(each.share for each in ahead)
    pace = fmean(days)
    interval = None
    if len(days) >= SPREAD_DAYS:
        widened = sqrt(len(days) / (len(days) - 1))
        strays = [(each - pace) * widened for each in days]
        doubt = stdev(days) / sqrt(len(days)) * rest
        interval = _interval(
            [
                pace * rest
                + sum(
                    stray * each.share for stray, each in zip(random.choices(strays, k=len(ahead)), ahead, strict=True)
                )
                + doubt * student(random, len(days) - 1)
                for _ in range(draws)
            ]
        )
    words = f"straight line through {len(days)} whole day{'s' if len(days) > 1 else ''}"
    words += f"; a weekday profile needs {PROFILE_DAYS}"
    return _projection(spent, pace * rest, interval, Method.LINE, words, len(days))


def _interval(sums: list[float]) -> tuple[float, float]:
    """Nothing to come costs less than nothing."""
    ordered = sorted(sums)
    last = len(ordered) - 1
    return max(0.0, ordered[round(LOW * last)]), max(0.0, ordered[round(HIGH * last)])


def _projection(
    spent: Decimal, rest: float, interval: tuple[float, float] | None, kind: Method, words: str, days: int
) -> Projection:
    low, high = ((spent + _usd(each)).quantize(_CENT) for each in interval) if interval else (None, None)
    return Projection((spent + _usd(rest)).quantize(_CENT), low, high, kind, words, days)


def _usd(value: float) -> Decimal:
    return Decimal(value)
