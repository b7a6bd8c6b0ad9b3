"""The decision on a task: all 128 combinations of criteria and fallbacks, and the edges of each."""

from decimal import Decimal
from itertools import product

import pytest
from pydantic import ValidationError

from riskengine.areas.escalation import Decision, EscalationCriteria, EscalationTask, PastOutcomes, Share, decide
from riskengine.areas.escalation.history import wilson
from riskengine.areas.escalation.task import content_hash

#: Each criterion and fallback: the fields that make it count, the ones that do not, and its weight.
CRITERIA = {
    "multi_service_impact": ({"services": ["a", "b", "c", "d"]}, {"services": ["a"]}, "0.3"),
    "security_critical": ({"security_types": ["system-wide"]}, {"security_types": []}, "0.4"),
    "performance_critical": ({"required_performance_ratio": "2"}, {"required_performance_ratio": "1"}, "0.2"),
    "architectural_complexity": ({"complexity_score": "0.95"}, {"complexity_score": "0.2"}, "0.1"),
}
FALLBACKS = {
    "manual_override": {"manual_override": True},
    "emergency_conditions": {"production_outage": True},
    "quality_concerns": {"quality_concerns": ["the context does not suffice"]},
}
NAMES = (*CRITERIA, *FALLBACKS)
COMBINATIONS = [frozenset(n for n, on in zip(NAMES, bits, strict=True) if on) for bits in product([0, 1], repeat=7)]


def task(**fields) -> EscalationTask:
    return EscalationTask.model_validate({"task_id": "t1", "title": "Rotate the keys", **fields})


def combined(counting: frozenset[str]) -> EscalationTask:
    fields: dict = {"quality_concerns": [], "role": "architect", "task_type": "design"}
    for name, (counts, does_not, _) in CRITERIA.items():
        fields |= counts if name in counting else does_not
    for name in counting & FALLBACKS.keys():
        fields |= FALLBACKS[name]
    return task(**fields)


@pytest.mark.parametrize("counting", COMBINATIONS, ids=lambda each: "+".join(sorted(each)) or "nothing")
@pytest.mark.parametrize(("tightened", "line"), [(False, Decimal("0.5")), (True, Decimal("0.6"))])
def test_every_combination(counting, tightened, line):
    weighed = sum((Decimal(CRITERIA[name][2]) for name in counting & CRITERIA.keys()), Decimal(0))
    score = max(weighed, Decimal("0.6")) if counting & FALLBACKS.keys() else weighed
    made = decide(combined(counting), tightened_by="cost control 1" if tightened else "")
    assert made.score == score
    assert made.escalate == (score >= line)
    assert set(made.counted) == counting
    assert 0 <= made.confidence <= 1
    assert all(name in made.reason for name in counting)
    assert not any(name in made.reason for name in CRITERIA.keys() - counting)
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        pytest.param({"services": ["a", "b"]}, False, id="two services"),
        pytest.param({"services": ["a", "b", "c"]}, True, id="three services"),
        pytest.param({"services": ["a", "b", " A ", "B"]}, False, id="the same service twice is one"),
        pytest.param({"required_performance_ratio": "1.4999"}, False, id="just below"),
        pytest.param({"required_performance_ratio": "1.5"}, True, id="exactly the ratio"),
        pytest.param({"complexity_score": "0.7999"}, False, id="less complex"),
        pytest.param({"complexity_score": "0.8"}, True, id="exactly as complex"),
        pytest.param({"security_types": ["System_Wide"]}, True, id="spelled otherwise"),
        pytest.param({"security_types": ["typo"]}, False, id="a type that does not count"),
    ],
)
def test_thresholds(fields, counts):
    assert any(each.counted for each in decide(task(**fields)).criteria) == counts


def test_weights_add_exactly():
    made = decide(task(services=["a", "b", "c"], required_performance_ratio=1.5))
    assert (made.score, made.escalate) == (Decimal("0.5"), True)
    assert made.model_dump(mode="json")["score"] == "0.5"


def test_data_breach_alone_escalates_as_an_emergency():
    breach = task(security_types=["data_breach"])
    made = decide(breach)
    assert (made.escalate, made.score) == (True, Decimal("0.6"))
    assert not breach.needs_emergency_tier


def test_floor_is_the_line_where_that_is_higher():
    settings = EscalationCriteria.model_validate({"decision_line": "0.7", "tightened_line": "0.8"})
    assert decide(task(manual_override=True), settings).score == Decimal("0.7")
    assert decide(task(manual_override=True), settings, tightened_by="cost control 1").score == Decimal("0.8")


def test_task_type_configured_as_quality_critical_escalates():
    settings = EscalationCriteria.model_validate({"fallbacks": {"quality_critical_task_types": ["payment"]}})
    assert decide(task(task_type="payment"), settings).counted == ("quality_concerns",)


def test_confidence_follows_its_formula():
    # 0.4 x (0.5 - 0.3)/0.5, 0.3 x three of four voices that say no, 0.3 x all fields told: 0.16 + 0.225 + 0.3, to even
    made = decide(combined(frozenset({"multi_service_impact"})))
    assert made.confidence == 0.68


def test_confidence_falls_with_what_is_not_told():
    whole = {"services": ["a"], "security_types": [], "required_performance_ratio": 1, "complexity_score": 0}
    seen = [decide(task(**dict(list(whole.items())[:count]))).confidence for count in range(5)]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


def test_one_borderline_criterion_alone_is_reviewed_first():
    made = decide(task(services=["a", "b", "c"], required_performance_ratio="1.55"))
    assert made.review_first
    assert "performance_critical" in made.warnings[0].detail
    assert not decide(task(services=["a", "b", "c"], required_performance_ratio="2")).review_first


@pytest.mark.parametrize(
    ("unneeded", "total", "doubtful"), [(2, 2, False), (3, 3, True), (1, 10, False), (7, 10, True)]
)
def test_past_escalations_that_were_unneeded_make_the_next_one_doubtful(unneeded, total, doubtful):
    past = PastOutcomes(unneeded=Share(count=unneeded, total=total))
    made = decide(combined(frozenset({"security_critical", "multi_service_impact"})), past=past)
    assert made.review_first == doubtful
    assert made.escalate


def test_similar_tasks_that_went_wrong_warn_of_a_false_negative():
    past = PastOutcomes(troubled=Share(count=8, total=10))
    made = decide(combined(frozenset()), past=past)
    assert [each.kind for each in made.warnings] == ["probable_false_negative"]
    assert not made.review_first
    assert "8 of 10 (95 %: 49 to 94 %)" in made.warnings[0].detail


def test_wilson_interval_of_known_figures():
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0, 1)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"complexity_score": "1.01"}, id="beyond the scale"),
        pytest.param({"required_performance_ratio": "NaN"}, id="no number"),
        pytest.param({"required_performance_ratio": "1e-999999"}, id="a number that takes gigabytes to print"),
        pytest.param({"title": "  "}, id="blank"),
        pytest.param({"services": [""]}, id="a service without a name"),
        pytest.param({"emergency": "yes"}, id="no boolean"),
        pytest.param({"sevices": []}, id="unknown field"),
    ],
)
def test_nonsense_is_refused(fields):
    with pytest.raises(ValidationError):
        task(**fields)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"decision_line": "1.1", "tightened_line": "1.2"}, "cannot be reached"),
        ({"tightened_line": "0.4"}, "below decision_line"),
        ({"criteria": {"security_critical": {"weight": 0}}}, "greater than 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tree, said):
    with pytest.raises(ValidationError, match=said):
        EscalationCriteria.model_validate(tree)


def test_hash_of_content_is_that_of_its_values():
    assert content_hash({"a": 1, "b": [2]}) == content_hash({"b": [2], "a": 1}) != content_hash({"a": 1, "b": [3]})


def test_decision_is_read_back_as_it_was_stored():
    made = decide(combined(frozenset({"security_critical", "manual_override"})))
    stored = made.model_dump(mode="json")
    assert Decision.model_validate(stored).model_dump(mode="json") == stored
