"""What the fleet spent before the demo began: two months, as sums by hour, so that budgets and forecasts have a past.

Written once, at the first start, in one transaction: raw calls of two months would take minutes.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import NamedTuple

from bot.demo.fleet import DEFAULT_MODEL, calls_of
from bot.services.telemetry.rows import CALLS, call_row, day_of, delta_of
from bot.store import request_repeats
from bot.store.database import Database, Transaction
from bot.store.request_repeats import Counted, Request, request_of
from bot.store.telemetry import rollups
from bot.store.telemetry import series as series_store
from bot.store.telemetry.rollups import HOUR_MINUTES, Bucket
from riskengine.areas.cost.charging import Till
from riskengine.pricing import PriceBook
from riskengine.rollups import NUMBERS, Rollup
from riskengine.series import Dimension, Series
from riskengine.windows import minute_of

#: Back to here reach the projection's weekday profile and the growth of two months.
DAYS = 75
#: Sums of so many hours stand in the first of them: a day is a sum of whole hours all the same.
STEP_HOURS = 6
#: Minutes of the fleet that the sums are made of.
SAMPLED_MINUTES = range(0, 1440, 31)
#: Monday to Sunday, times what is usual.
WEEKDAYS = (1.04, 1.06, 1.05, 1.03, 1.0, 0.92, 0.9)
#: By how much days stray, and what a week adds.
STRAY, GROWTH_A_WEEK = 0.12, 0.006
#: Of a critic's calls on a day: so many different questions, each asked so often.
REPEATED, TIMES = 4, 60
REPEATS_DAYS = 30
HOURS_A_DAY = 24


class _Usual(NamedTuple):
    """What a series does in a usual minute: exact sums of the sampled minutes."""

    sums: Rollup

    def times(self, factor: float) -> Rollup:
        """So many minutes of it, as whole numbers."""
        share = factor / len(SAMPLED_MINUTES)
        return Rollup(**{name: round(getattr(self.sums, name) * share) for name in NUMBERS})


async def remember(database: Database, prices: PriceBook, until: datetime) -> bool:
    """Write the past before a moment, unless anything is known already; True when it was written."""
    if await database.read(_knows_anything):
        return False
    usual = _usual(prices, until)
    return await database.write(lambda tx: _write(tx, usual, until))


def _knows_anything(tx: Transaction) -> bool:
    return bool(series_store.values(tx, Dimension.MODEL))


def _usual(prices: PriceBook, until: datetime) -> dict[Series, _Usual]:
    """The fleet's own calls of a day, a minute out of thirty, priced as intake prices them."""
    till, samples = Till(prices), defaultdict(list)
    day = minute_of(until) - minute_of(until) % (HOURS_A_DAY * HOUR_MINUTES)
    for minute in SAMPLED_MINUTES:
        for call in calls_of(day + minute):
            row = call_row(call, till.charge(call), CALLS, 0, 0)
            samples[Series.of(call)].append(delta_of(row).sample)
    return {series: _Usual(Rollup.of(each)) for series, each in samples.items()}


def _write(tx: Transaction, usual: Mapping[Series, _Usual], until: datetime) -> bool:
    ids = series_store.add(tx, usual.keys())
    end = minute_of(until) // HOUR_MINUTES
    steps = range(end - end % HOURS_A_DAY - DAYS * HOURS_A_DAY, end, STEP_HOURS)
    hours = {
        Bucket(hour, ids[series]): each.times(_minutes(hour, end) * _factor(hour, end))
        for hour in steps
        for series, each in usual.items()
    }
    rollups.add_hours(tx, hours)
    request_repeats.add(tx, _repeats(usual, ids, day_of(until)))
    return True


def _minutes(hour: int, end: int) -> int:
    return min(STEP_HOURS, end - hour) * HOUR_MINUTES


def _factor(hour: int, end: int) -> float:
    """How a day differs from the usual one: by its weekday, by growth, and by chance; today is as the fleet is now."""
    day, today = hour // HOURS_A_DAY, end // HOURS_A_DAY
    if day == today:
        return 1.0
    chance = Random(f"history {day}").gauss(0, STRAY)  # noqa: S311 - no secret
    # 1 January 1970 was a Thursday.
    return WEEKDAYS[(day + 3) % 7] * math.exp(chance - GROWTH_A_WEEK * (today - day) / 7)


def _repeats(usual: Mapping[Series, _Usual], ids: Mapping[Series, int], today: int) -> dict[Request, Counted]:
    """Critics ask some questions again and again."""
    found = {}
    for series, each in usual.items():
        if series.role == "critic" and series.model == DEFAULT_MODEL:
            cost = each.sums.cost_picousd // each.sums.calls * TIMES
            for day in range(today - REPEATS_DAYS, today):
                for number in range(REPEATED):
                    found[Request(day, request_of(f"history {number}"), ids[series])] = Counted(TIMES, cost)
    return found
