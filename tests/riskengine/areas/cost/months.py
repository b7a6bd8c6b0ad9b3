"""Months to project: drawn from days with a weekday pattern, growth, and noise with a heavy tail."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import exp, log
from random import Random
from statistics import median
from typing import NamedTuple

from riskengine.areas.cost.forecast import DayCost, month_of, project_month

#: What weekdays cost to each other, Monday first.
OFFICE = (1.1, 1.2, 1.2, 1.15, 1.0, 0.35, 0.3)
#: Days of a year of noise, from which months are drawn again and again.
POOL = 364
#: Growth a week, at least and at most: a doubling takes months, and some shrink.
GROWTH = (-0.01, 0.06)
#: The month that is projected, and the days before it.
MONTH = date(2026, 10, 1)
HISTORY = 84


class Month(NamedTuple):
    """One that is over, with the days before it."""

    days: list[DayCost]

    @property
    def total(self) -> Decimal:
        return sum((each.usd for each in self.days if each.day >= MONTH), Decimal(0))

    def until(self, today: date) -> list[DayCost]:
        return [each for each in self.days if each.day < today]


class Score(NamedTuple):
    """How good the projections of many months were."""

    covered: float
    error: float
    line_error: float
    months: int


def bootstrapped(seed: int, count: int, growth: tuple[float, float] = GROWTH) -> Iterator[Month]:
    """Months of one organisation: noise of whole days is drawn, with replacement, from the same year.

    Each month grows as it likes, between two shares a week.
    """
    random = Random(seed)
    pool = [random.lognormvariate(0, 0.22) * (1.6 if random.random() < 0.03 else 1) for _ in range(POOL)]
    for _ in range(count):
        daily = random.uniform(*growth) / 7
        yield Month([_day(number, daily, random.choice(pool)) for number in range(-HISTORY - 1, 31)])


def _day(number: int, growth: float, noise: float) -> DayCost:
    day = MONTH + timedelta(days=number)
    return DayCost(day, Decimal(repr(50 * OFFICE[day.weekday()] * exp(growth * number) * noise)))


def score(months: Iterator[Month], today: date, *, draws: int = 1_000) -> Score:
    """Projected as on the morning of `today`, beside the straight line of what was spent over the days that went."""
    first, end = month_of(today)
    covered, errors, lines = [], [], []
    for number, month in enumerate(months):
        found = project_month(month.until(today), today, 0.0, random=Random(number), draws=draws)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered.append(found.low <= month.total <= found.high)
        spent = sum((each.usd for each in month.until(today) if each.day >= first), Decimal(0))
        line = spent / (today - first).days * (end - first).days
        errors.append(_off(found.usd, month.total))
        lines.append(_off(line, month.total))
    return Score(sum(covered) / len(covered), median(errors), median(lines), len(covered))


def _off(told: Decimal, true: Decimal) -> float:
    return abs(log(float(told / true)))
