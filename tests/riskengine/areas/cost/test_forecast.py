"""Where the month ends: judged over hundreds of months, and in every case with too little to go by."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from riskengine.areas.cost.forecast import DayCost, Method, project_month
from riskengine.areas.cost.profiles import MOST_GROWTH, learn
from tests.riskengine.areas.cost.months import OFFICE, bootstrapped, score

DAY = timedelta(days=1)
#: A Monday.
FIRST = date(2026, 6, 1)


def days(count: int, cost=lambda number: 50, first: date = FIRST) -> list[DayCost]:
    return [DayCost(first + number * DAY, Decimal(str(cost(number)))) for number in range(count)]


def office(number: int) -> float:
    return 50 * OFFICE[number % 7]


@pytest.mark.parametrize("seed", [11, 12])
def test_the_interval_holds_nine_months_in_ten_and_the_profile_beats_the_line(seed):
    """The long version, over many seeds and days: `python -m tests.benchmarks forecast`."""
    found = [score(bootstrapped(seed + day, 200), date(2026, 10, day), draws=200) for day in (4, 8, 15)]
    covered = sum(each.covered for each in found) / len(found)
    assert 0.85 <= covered <= 0.95
    for each in found:
        assert each.error < each.line_error


def test_a_pattern_without_noise_is_told_exactly():
    history = days(84, office)
    today = FIRST + 80 * DAY  # The 20th of August.
    found = project_month(history[:80], today, 0.0)
    assert found.usd == sum(Decimal(str(office(number))) for number in range(61, 92)).quantize(Decimal("0.01"))
    assert found.kind is Method.PROFILE
    assert found.method == "weekday profile of 79 days"
    assert found.high - found.low < Decimal("0.01")


def test_growth_goes_on_and_is_named():
    found = project_month(days(60, lambda number: office(number) * 1.01**number), FIRST + 60 * DAY, 0.0)
    true = sum(office(number) * 1.01**number for number in range(60, 61)) + sum(
        office(number) * 1.01**number for number in range(30, 60)
    )
    assert float(found.usd) == pytest.approx(true, rel=0.02)
    assert "growing 7.2% a week" in found.method


def test_what_is_spent_stays_and_only_the_rest_of_today_is_to_come():
    history = days(29)
    today = FIRST + 29 * DAY  # The last day of June.
    morning = project_month(history, today, 0.0)
    evening = project_month([*history, DayCost(today, Decimal(400))], today, 0.75)
    assert morning.usd == 30 * 50
    assert evening.usd == 29 * 50 + 400 + Decimal("12.50")
    assert evening.low >= 29 * 50 + 400


def test_the_end_of_the_month_is_no_guess():
    history = days(61)
    found = project_month(history, FIRST + 60 * DAY, 1.0)
    assert found.usd == found.low == found.high == 31 * 50


def test_nothing_is_told_before_there_is_a_whole_day():
    assert project_month([], FIRST, 0.5) is None
    assert project_month(days(1), FIRST, 0.5) is None
    assert project_month(days(1), FIRST + DAY, 0.5) is None, "the first day may have begun in its middle"


@pytest.mark.parametrize(("count", "used", "has_interval"), [(2, 1, False), (3, 2, False), (4, 3, True), (14, 7, True)])
def test_few_days_make_a_straight_line_which_says_so(count, used, has_interval):
    found = project_month(days(count, lambda number: 40 + 10 * (number % 3)), FIRST + count * DAY, 0.0)
    assert found.kind is Method.LINE
    assert found.days_used == used
    assert f"straight line through {used} whole day" in found.method
    assert "needs 14" in found.method
    assert (found.low is not None) == has_interval
    if has_interval:
        assert found.low < found.usd < found.high


def test_days_without_a_call_cost_nothing_and_days_before_the_first_are_unknown():
    closed = [each for each in days(57, office) if each.day.weekday() < 5]
    found = project_month(closed, FIRST + 57 * DAY, 0.0)
    weekdays = sum(office(number) for number in range(30, 61) if number % 7 < 5)
    assert float(found.usd) == pytest.approx(weekdays, rel=0.001)


def test_the_same_draws_tell_the_same():
    history = [DayCost(each.day, each.usd) for each in next(bootstrapped(3, 1)).until(date(2026, 10, 9))]
    told = [project_month(history, date(2026, 10, 9), 0.3, random=Random(seed)) for seed in (1, 1, 2)]
    assert told[0] == told[1]
    assert told[0].usd == told[2].usd
    assert told[0] != told[2]


def test_noise_is_hardly_taken_for_growth_and_a_jump_is_bounded():
    random = Random(5)
    calm = [learn(days(84, lambda _: 50 * random.lognormvariate(0, 0.3))).growth_a_week for _ in range(200)]
    assert sum(abs(each) > 0.03 for each in calm) / len(calm) < 0.05
    jump = learn(days(28, lambda number: 5 if number < 25 else 5_000))
    assert jump.growth == MOST_GROWTH


def test_weeks_that_hang_together_widen_the_interval():
    def spread(history) -> Decimal:
        found = project_month(history, FIRST + 84 * DAY, 0.0)
        return found.high - found.low

    random = Random(8)
    noise = [random.choice((0.7, 1.3)) for _ in range(84)]
    alone = days(84, lambda number: 50 * noise[number])
    together = days(84, lambda number: 50 * noise[number // 6])
    assert spread(together) > spread(alone) * Decimal("1.2")


def test_nothing_costs_less_than_nothing():
    wild = days(15, lambda number: 1_000 if number == 9 else 1)
    found = project_month(wild, FIRST + 15 * DAY, 0.0)
    assert found.low >= sum(each.usd for each in wild)
