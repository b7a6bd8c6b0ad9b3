"""What is told: once for a period and a change of state, whatever the order of events."""

import pytest

from riskengine.areas.cost.conditions import Condition, Told, changes
from riskengine.response.alerts import Severity


def condition(holds: bool | None = True, *, name: str = "n", period: str = "p1", outranked: bool = False) -> Condition:
    return Condition(name, "daily", holds, Severity.HIGH, {}, {}, period, outranked)


HELD = {("n", "daily"): Told("p1", {})}


@pytest.mark.parametrize(
    ("known", "condition", "begins", "ends"),
    [
        ({}, condition(), True, False),
        (HELD, condition(), False, False),
        (HELD, condition(False), False, True),
        ({}, condition(False), False, False),
        # No data neither begins nor ends anything.
        ({}, condition(None), False, False),
        (HELD, condition(None), False, False),
        # A new period ends what the old one had, and may begin with the same.
        (HELD, condition(period="p2"), True, True),
        (HELD, condition(False, period="p2"), False, True),
        (HELD, condition(None, period="p2"), False, True),
    ],
)
def test_transitions(known, condition, begins, ends):
    found = changes(known, [condition])
    assert found.begins == ((condition,) if begins else ())
    assert found.ends == ((condition.key,) if ends else ())
    assert found.silent == ()


def test_another_scope_under_the_same_name_is_another_alert():
    now = condition()._replace(labels={"team": "search"})
    found = changes(HELD, [now])
    assert found.ends == (now.key,)
    assert found.begins == (now,)


def test_what_nobody_judges_any_more_ends():
    assert changes(HELD, []).ends == (("n", "daily"),)


def test_what_says_less_holds_without_a_word():
    found = changes({}, [condition(name="80", outranked=True), condition(name="exceeded")])
    assert [each.name for each in found.begins] == ["exceeded"]
    assert [each.name for each in found.silent] == ["80"]


def test_what_was_told_before_it_was_outranked_goes_on():
    found = changes(
        {("80", "daily"): Told("p1", {})}, [condition(name="80", outranked=True), condition(name="exceeded")]
    )
    assert [each.name for each in found.begins] == ["exceeded"]
    assert found.ends == found.silent == ()
