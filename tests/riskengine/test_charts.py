"""What a picture shows is what the rule judged, minute by minute."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from riskengine.charts import chart_of, reach
from riskengine.rollups import CallSample, Rollup
from riskengine.rules import RuleSet
from riskengine.windows import minute_of, minute_start

NOON = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)


def rule(condition: str, **more):
    told = {"name": "r", "area": "performance", "condition": condition, "severity": "high", "action": "look"}
    return RuleSet.parse({"rules": [{**told, "window": "5m", "minimum_samples": 2, **more}]}).rules[0]


def sample(seconds: float = 1.0, *, failed: bool = False) -> CallSample:
    return CallSample(duration_us=int(seconds * 1e6), is_error=failed)


def minutes(over, seconds, *, failed=lambda _: False) -> dict[int, Rollup]:
    """Two calls in each minute; how long they took and whether they failed hangs on the minute."""
    return {
        each: Rollup.of([sample(seconds(each), failed=failed(each)), sample(seconds(each))]) for each in over.minutes
    }


def test_an_hour_of_the_rules_own_windows():
    compiled = rule("avg_response_time > 3.0")
    over = reach(compiled, NOON, timedelta(0))
    turn = over.end - 10
    chart = chart_of(compiled, "glm", minutes(over, lambda each: 6.0 if each >= turn else 1.0), over, began_at=NOON)
    assert (len(chart.moments), chart.moments[-1]) == (61, minute_start(minute_of(NOON)))
    assert chart.moments[0] == chart.moments[-1] - timedelta(hours=1)
    # Five minutes are one window: the line rises by a fifth of the way each minute, and ends at the new level.
    assert chart.values[:50] == (1.0,) * 50
    assert chart.values[50:57] == pytest.approx((1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.0))
    assert set(chart.limits) == {3.0}
    assert (chart.title, chart.measure, chart.unit) == ("r · glm", "mean response time", "s")
    assert (chart.limit_label, chart.fires_above) == ("limit 3 s", True)
    assert chart.spoken == "mean response time, from 1 to 6 s; limit 3 s"


def test_shares_are_drawn_in_per_cent():
    compiled = rule("error_rate > 0.05")
    over = reach(compiled, NOON, timedelta(0))
    chart = chart_of(compiled, "", minutes(over, lambda _: 1.0, failed=lambda _: True), over, began_at=NOON)
    assert (chart.values[-1], chart.limits[-1], chart.unit) == (50.0, 5.0, "%")
    assert chart.limit_label == "limit 5 %"
    assert chart.title == "r"


def test_few_calls_are_a_gap():
    compiled = rule("avg_response_time > 3.0")
    over = reach(compiled, NOON, timedelta(0))
    known = {minute: each for minute, each in minutes(over, lambda _: 1.0).items() if minute < over.first + 20}
    chart = chart_of(compiled, "glm", known, over, began_at=NOON)
    assert chart.values[0] == 1.0
    assert chart.values[-1] is None
    assert chart_of(compiled, "glm", {}, over, began_at=NOON).spoken.endswith("without data; limit 3 s")


def test_a_baseline_makes_the_limit():
    compiled = rule("throughput < baseline * 0.85")
    over = reach(compiled, NOON, timedelta(0))
    calls = minutes(over, lambda _: 1.0)
    chart = chart_of(compiled, "glm", calls, over, began_at=NOON, baseline=Decimal(2))
    assert chart.limits[-1] == pytest.approx(1.7)
    assert chart.limit_label == "limit 1.7 calls/s"
    assert not chart.fires_above
    unknown = chart_of(compiled, "glm", calls, over, began_at=NOON)
    assert unknown.limit_label == "limit no data"


def test_of_several_comparisons_the_one_that_held_is_drawn():
    compiled = rule("calls > 1000000 or error_rate > 0.05")
    over = reach(compiled, NOON, timedelta(0))
    chart = chart_of(compiled, "", minutes(over, lambda _: 1.0, failed=lambda _: True), over, began_at=NOON)
    assert chart.measure == "failed calls"


def test_a_calculation_is_told_as_it_was_written():
    compiled = rule("error_rate * 100 > 5")
    over = reach(compiled, NOON, timedelta(0))
    chart = chart_of(compiled, "", minutes(over, lambda _: 1.0), over, began_at=NOON)
    assert (chart.measure, chart.unit, chart.limit_label) == ("error_rate * 100", "", "limit 5")
