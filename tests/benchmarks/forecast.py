"""Where months end: how often the interval holds what it promises, and how far the projection is off, by day and seed."""

from datetime import date
from statistics import median

from tests.benchmarks import figures
from tests.riskengine.areas.cost.months import MONTH, Score, bootstrapped, score

SEEDS = range(10)
#: Days of the month on whose mornings it is projected.
DAYS = (2, 5, 8, 11, 15, 19, 23, 27)
MONTHS = 250
LEAST, MOST = 0.85, 0.95


def run() -> None:
    every = []
    for day in DAYS:
        found = [score(bootstrapped(100 * seed + day, MONTHS), MONTH.replace(day=day), draws=500) for seed in SEEDS]
        _tell(f"on day {day:>2}", found)
        every += found
    _tell("all days", every)
    today = date(MONTH.year, MONTH.month, 10)
    _tell("day 10, no growth", [score(bootstrapped(seed, MONTHS, growth=(0, 0)), today, draws=500) for seed in SEEDS])


def _tell(name: str, found: list[Score]) -> None:
    covered = sum(each.covered for each in found) / len(found)
    worst = min(each.covered for each in found), max(each.covered for each in found)
    aim = f"{LEAST:.0%} to {MOST:.0%}: {'kept' if LEAST <= covered <= MOST else 'MISSED'}"
    months = sum(each.months for each in found)
    figures.note(
        f"{name}: months inside the 90 % interval",
        f"{covered:.1%} of {months} (by seed {worst[0]:.0%}-{worst[1]:.0%})",
        aim,
    )
    error, line = (median(getattr(each, name) for each in found) for name in ("error", "line_error"))
    beaten = sum(each.error < each.line_error for each in found)
    aim = f"below the line's: {'kept' if error < line else 'MISSED'}"
    figures.note(
        f"{name}: median error, straight line's",
        f"{error:.1%}, {line:.1%} (better for {beaten} of {len(found)} seeds)",
        aim,
    )
