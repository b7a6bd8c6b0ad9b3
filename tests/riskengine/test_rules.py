"""Rules as data: what a file may say, and how everything wrong with it is told at once."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from riskengine.metrics import METRICS, SPELLINGS, MetricName
from riskengine.rules import Evidence, Per, RuleSet, RulesInvalid
from riskengine.series import Dimension

FILE = Path(__file__).resolve().parents[2] / "riskengine" / "rules.yml"
RULE = {
    "name": "slow",
    "area": "performance",
    "condition": "avg_response_time > 3",
    "severity": "high",
    "action": "trigger_rollback_procedure",
}


def parse(*rows):
    return RuleSet.parse({"rules": list(rows)})


def problems(*rows):
    with pytest.raises(RulesInvalid) as caught:
        parse(*rows)
    return [str(problem) for problem in caught.value.problems]


def test_shipped_rules_are_the_three_of_the_specification_and_those_on_complaints():
    rules = RuleSet.parse(yaml.safe_load(FILE.read_text(encoding="utf-8"))).rules
    told = [(each.rule.condition, str(each.rule.severity), each.rule.action) for each in rules]
    assert told == [
        ("avg_response_time > 3.0", "high", "trigger_rollback_procedure"),
        ("error_rate > 0.05", "high", "investigate_and_alert_team"),
        ("throughput < baseline * 0.85", "medium", "optimize_routing_configuration"),
        ("user_complaints >= 3", "medium", "look_into_complaints"),
        ("user_complaints >= 5", "medium", "look_into_complaints"),
    ]
    assert [each.needs_drop_evidence for each in rules] == [False, False, True, False, False]
    both = (Per.MODEL, Per.ROLE)
    assert [each.rule.per for each in rules] == [both, both, both, (Per.MODEL,), (Per.NONE,)]


def test_least_rule_has_the_defaults():
    [(rule, condition)] = parse(RULE).rules
    assert (rule.window, rule.minimum_samples, rule.per) == (timedelta(minutes=5), 20, (Per.NONE,))
    assert (rule.pending_for, rule.keep_firing_for, rule.scope) == (timedelta(0), timedelta(0), {})
    assert condition.names == {MetricName.RESPONSE_TIME_MEAN}


def test_full_rule_is_read():
    more = {
        "for": "2m",
        "keep_firing_for": "10m",
        "per": "model",
        "window": "1h",
        "minimum_samples": 5,
        "labels": {"team": "payments", "tier": "gold"},
        "runbook_url": "https://example.com/slow",
        "summary": "Slow.",
        "advice": "Roll back.",
        "evidence": "none",
    }
    [(rule, _)] = parse(RULE | more).rules
    assert (rule.pending_for, rule.keep_firing_for) == (timedelta(minutes=2), timedelta(minutes=10))
    assert rule.per == (Per.MODEL,)
    assert rule.per[0].dimensions == (Dimension.MODEL,)
    assert rule.scope == {Dimension.TEAM: "payments"}


def test_rule_is_judged_once_for_each_dimension():
    [(rule, _)] = parse(RULE | {"per": ["role", "model", "role", "none"]}).rules
    assert rule.per == (Per.ROLE, Per.MODEL, Per.NONE)
    assert rule.per[2].dimensions == ()


@pytest.mark.parametrize(
    ("condition", "evidence", "needs"),
    [
        pytest.param("throughput < baseline * 0.85", None, (True, True), id="a baseline wants evidence"),
        pytest.param("throughput > baseline * 2", "none", (True, False), id="unless it is told not to"),
        pytest.param("throughput < 5", "drop", (True, True), id="evidence wants a baseline"),
        pytest.param("throughput < 5", None, (False, False), id="neither"),
    ],
)
def test_baseline_and_evidence_go_together(condition, evidence, needs):
    [compiled] = parse(RULE | {"condition": condition, "evidence": evidence}).rules
    assert (compiled.needs_baseline, compiled.needs_drop_evidence) == needs
    assert compiled.rule.evidence == (evidence and Evidence(evidence))


def test_rules_are_found_by_name():
    rules = parse(RULE, RULE | {"name": "other"})
    assert rules.named("other") is rules.rules[1]
    assert rules.named("gone") is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        pytest.param("slow", "rule 1 of the file: must be a mapping of fields", id="no mapping"),
        pytest.param(RULE | {"name": "2 slow"}, "rule 2 slow, name: String should match", id="odd name"),
        pytest.param(
            RULE | {"name": 5}, "rule 1 of the file, name: Input should be a valid string", id="number as name"
        ),
        pytest.param(RULE | {"area": "speed"}, "rule slow, area: Input should be 'performance'", id="unknown area"),
        pytest.param(RULE | {"severity": "urgent"}, "rule slow, severity: Input should be 'critical'", id="severity"),
        pytest.param(
            RULE | {"windw": "5m"}, "rule slow, windw: is no field of a rule; did you mean window?", id="typo"
        ),
        pytest.param(
            RULE | {"expr": "1"}, "rule slow, expr: is no field of a rule; known are name, area", id="unknown"
        ),
        pytest.param(RULE | {"fro": "5m"}, "rule slow, fro: is no field of a rule; did you mean for?", id="for"),
        pytest.param(RULE | {"for": 5}, "rule slow, for: 5 is no duration", id="duration without a unit"),
        pytest.param(RULE | {"window": "90s"}, "rule slow, window: a window is a whole number of minutes", id="window"),
        pytest.param(
            RULE | {"window": "2d"}, "rule slow, window: a window is a whole number of minutes", id="two days"
        ),
        pytest.param(
            RULE | {"window": "0s"}, "rule slow, window: a window is a whole number of minutes", id="no window"
        ),
        pytest.param(RULE | {"per": []}, "rule slow, per: names at least one of model", id="per nothing"),
        pytest.param(
            RULE | {"per": "team"}, "rule slow, per.0: Input should be 'model', 'role' or 'none'", id="per team"
        ),
        pytest.param(
            RULE | {"labels": {"area": "x"}}, "rule slow, labels: area is told by the alert itself", id="label"
        ),
        pytest.param(RULE | {"runbook_url": "wiki"}, "rule slow, runbook_url: String should match", id="runbook"),
        pytest.param(RULE | {"condition": 5}, "rule slow, condition: Input should be a valid string", id="number"),
        pytest.param(
            RULE | {"condition": "error_rate > 0.05 and latency > 3"},
            "rule slow, condition, character 23: there is no metric 'latency'",
            id="unknown metric",
        ),
        pytest.param(
            RULE | {"condition": "1 > 2"}, "rule slow, condition, character 1: reads no metric", id="no metric"
        ),
    ],
)
def test_problem_names_rule_and_place(row, told):
    [problem] = problems(row)
    assert problem.startswith(told)


def test_missing_fields_are_all_told():
    assert problems({"name": "slow", "severity": "high"}) == [
        "rule slow, area: is missing",
        "rule slow, condition: is missing",
        "rule slow, action: is missing",
    ]


def test_everything_wrong_is_told_at_once():
    broken = RULE | {"condition": "throughput <", "severity": "urgent", "for": "soon"}
    told = problems(RULE, broken | {"name": "drop"}, 7, RULE)
    assert [line.split(":")[0] for line in told] == [
        "rule drop, severity",
        "rule drop, for",
        "rule drop, condition, character 13",
        "rule 3 of the file",
        "rule slow, name",
    ]
    assert told[-1].endswith("stands 2 times in the file; a rule has its own name")


@pytest.mark.parametrize("data", [None, [], "rules", {}, {"rules": None}, {"rules": {}}, {"rules": [], "groups": []}])
def test_file_without_rules_is_refused(data):
    with pytest.raises(RulesInvalid, match="must hold `rules:`"):
        RuleSet.parse(data)


def test_file_may_turn_all_rules_off():
    assert parse().rules == ()


def test_metrics_carry_their_unit_and_have_one_spelling_each():
    assert len(SPELLINGS) == len(METRICS) + 4
    assert {metric.name for metric in METRICS} == set(MetricName)
    assert SPELLINGS["baseline"] == "baseline_calls_per_second"
