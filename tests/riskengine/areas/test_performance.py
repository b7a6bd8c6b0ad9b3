"""The performance area: subjects, and each shipped rule on both sides of its threshold."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from riskengine.areas.performance import Observation, Subject, ThroughputPlan, observe, subjects
from riskengine.baselines import BaselineMethod, BaselineSettings
from riskengine.metrics import MetricName
from riskengine.rollups import CallSample, Rollup
from riskengine.rules import Per, RuleSet
from riskengine.series import Series
from riskengine.statistics import DropLimits
from riskengine.windows import Window

FILE = Path(__file__).resolve().parents[3] / "riskengine" / "rules.yml"
RULES = RuleSet.parse(yaml.safe_load(FILE.read_text(encoding="utf-8")))
LIMITS = DropLimits()
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
WINDOW = Window.ending(NOON, timedelta(minutes=5))
DAY = 1_440


def rule(**changes):
    row = {"name": "r", "area": "performance", "condition": "calls > 0", "severity": "low", "action": "look"}
    return RuleSet.parse({"rules": [row | changes]}).rules[0]


def rollup(calls, seconds=2.0, errors=0):
    return Rollup.of([CallSample(round(seconds * 1e6), index < errors) for index in range(calls)])


def observed(name, made, throughput=None) -> Observation:
    return observe(RULES.named(name), Subject(Series("glm-4.5"), made, frozenset()), throughput, LIMITS)


ROWS = [
    (Series("glm", "openrouter", "critic"), rollup(2)),
    (Series("glm", "direct", "architect"), rollup(3)),
    (Series("glm", "direct"), rollup(4)),
    (Series("opus", "anthropic", "architect"), rollup(5)),
]


@pytest.mark.parametrize(
    ("per", "labels", "known", "found"),
    [
        pytest.param(Per.MODEL, {}, [], {"glm": 9, "opus": 5}, id="model"),
        pytest.param(Per.ROLE, {}, [], {"architect": 8, "critic": 2}, id="role; who tells none is nobody's"),
        pytest.param(Per.NONE, {}, [], {"": 14}, id="all"),
        pytest.param(Per.MODEL, {"role": "architect"}, [], {"glm": 3, "opus": 5}, id="model in a scope"),
        pytest.param(Per.NONE, {"model": "glm", "provider": "direct"}, [], {"": 7}, id="all in a scope"),
        pytest.param(Per.NONE, {"model": "gone"}, [], {"": 0}, id="nothing in scope is silence"),
        pytest.param(Per.ROLE, {"model": "gone"}, [], {}, id="nobody in scope"),
        pytest.param(Per.MODEL, {}, [Series("silent")], {"glm": 9, "opus": 5, "silent": 0}, id="one is silent"),
        pytest.param(Per.MODEL, {}, [Series("glm", "x")], {"glm": 9, "opus": 5}, id="one of its providers is silent"),
    ],
)
def test_subjects(per, labels, known, found):
    told = subjects(ROWS, rule(labels=labels, per=per).rule, per, known)
    assert {"".join(each.series): each.rollup.calls for each in told} == found
    assert told == sorted(told, key=lambda each: each.series)


def test_provider_is_told_where_there_is_only_one():
    glm, opus, silent = subjects(ROWS, rule(per="model").rule, Per.MODEL, [Series("silent", "x")])
    assert (glm.context, opus.context, silent.context) == ({}, {"provider": "anthropic"}, {})


@pytest.mark.parametrize(
    ("name", "made", "result"),
    [
        pytest.param("slow_responses", rollup(20, 3.0), False, id="just 3 s"),
        pytest.param("slow_responses", rollup(20, 3.000_001), True, id="a microsecond more"),
        pytest.param("slow_responses", rollup(19, 9.0), None, id="too few calls to be slow"),
        pytest.param("high_error_rate", rollup(20, errors=1), False, id="just 5 %"),
        pytest.param("high_error_rate", rollup(39, errors=2), True, id="more than 5 %"),
        pytest.param("high_error_rate", rollup(19, errors=19), None, id="too few calls to fail"),
        pytest.param("low_throughput", rollup(0), None, id="no baseline"),
    ],
)
def test_shipped_rules_at_their_thresholds(name, made, result):
    assert observed(name, made).result is result


def traffic(per_minute, now_per_minute, minutes_of_it, days=7):
    """Calls a minute that are the same for days, and others in the last minutes."""
    start = WINDOW.end - days * DAY - 60
    steady = dict.fromkeys(range(start, WINDOW.end), per_minute)
    return steady | dict.fromkeys(range(WINDOW.end - minutes_of_it, WINDOW.end), now_per_minute)


def plan(recorded=timedelta(days=30), incidents=()):
    return ThroughputPlan.of(WINDOW, NOON - recorded, incidents, BaselineSettings(), LIMITS)


@pytest.mark.parametrize(
    ("normal", "now", "minutes", "result"),
    [
        pytest.param(20, 20, 30, False, id="as ever"),
        pytest.param(20, 10, 30, True, id="half for half an hour"),
        pytest.param(20, 10, 10, True, id="half for ten minutes"),
        pytest.param(20, 10, 5, False, id="half for five minutes"),
        pytest.param(20, 0, 10, True, id="silence"),
        pytest.param(20, 17, 30, False, id="just at the ratio"),
        pytest.param(3, 0, 30, None, id="too little is normal"),
    ],
)
def test_drop_of_throughput(normal, now, minutes, result):
    throughput = plan().weigh(traffic(normal, now, minutes), LIMITS)
    found = observed("low_throughput", rollup(now * 5), throughput)
    assert found.result is result
    assert found.values[MetricName.BASELINE] == Decimal(normal) / 60


def test_condition_and_evidence_must_both_hold():
    """The rule's own ratio counts beside the evidence's."""
    throughput = plan().weigh(traffic(20, 10, 30), LIMITS)
    stricter = rule(condition="throughput < baseline * 0.4")
    unproven = rule(condition="throughput < baseline * 0.4", evidence="none")
    subject = Subject(Series(), rollup(50), frozenset())
    assert observe(stricter, subject, throughput, LIMITS).result is False
    assert observe(unproven, Subject(Series(), rollup(30), frozenset()), throughput, LIMITS).result is True


def test_plan_tells_which_minutes_it_needs():
    spans = plan().spans
    assert len(spans) == 3 * (1 + 7)
    assert min(span.first for span in spans) == WINDOW.end - 30 - 7 * DAY
    assert plan(recorded=timedelta(0)).spans == list(plan().windows)


def test_incidents_are_no_baseline():
    days = [WINDOW.earlier(timedelta(days=day)) for day in range(1, 7)]
    throughput = plan(incidents=days).weigh(traffic(20, 20, 5), LIMITS)
    assert throughput.baseline.method == BaselineMethod.LAST_DAY


def test_observation_tells_value_and_threshold():
    found = observed("slow_responses", rollup(40, 4.0))
    assert found.labels == {"area": "performance", "model": "glm-4.5"}
    assert found.samples == 40
    [measured] = found.measured
    assert (measured.left, measured.sign, measured.right, measured.holds) == (4, ">", 3, True)
    assert set(found.values) == set(MetricName)
