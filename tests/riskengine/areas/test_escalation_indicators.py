"""The area's indicators against their limits, and the weekly review."""

from datetime import UTC, datetime, timedelta

import pytest

from riskengine.areas.escalation import PastOutcomes, Share
from riskengine.areas.escalation.indicators import Facts, Indicator, IndicatorSettings, judge
from riskengine.areas.escalation.review import Asked, Reviewed, p90, review
from riskengine.availability import Outage, availability

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMITS = IndicatorSettings()
WEEK = timedelta(days=7)


def breached(*, minutes=(), unneeded=(0, 0), troubled=(0, 0), down=(), **limits) -> set[str]:
    past = PastOutcomes(
        unneeded=Share(count=unneeded[0], total=unneeded[1]), troubled=Share(count=troubled[0], total=troubled[1])
    )
    outages = [Outage(NOON, NOON + each * MINUTE) for each in down]
    facts = Facts([each * MINUTE for each in minutes], past, outages)
    return {each.name.name for each in judge(facts, IndicatorSettings(**limits)) if each.is_breached}


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        ({}, set()),
        ({"minutes": (30,)}, set()),
        ({"minutes": (31,)}, {"APPROVAL_TIME"}),
        ({"minutes": (5, 5, 500)}, set()),
        ({"minutes": (5, 50, 500)}, {"APPROVAL_TIME"}),
        ({"minutes": (31,), "approval_samples": 2}, set()),
        ({"minutes": (31,), "approval_time": "1h"}, set()),
        # A share of few is believed by its interval's lower end, a share of many as it is.
        ({"unneeded": (9, 9)}, set()),
        ({"unneeded": (2, 10)}, set()),
        ({"unneeded": (3, 10)}, {"FALSE_POSITIVES"}),
        ({"unneeded": (20, 200)}, set()),
        ({"unneeded": (21, 200)}, {"FALSE_POSITIVES"}),
        ({"troubled": (2, 10)}, {"FALSE_NEGATIVES"}),
        ({"troubled": (1, 10)}, set()),
        ({"troubled": (11, 200)}, {"FALSE_NEGATIVES"}),
        ({"down": (5,)}, set()),
        ({"down": (6,)}, {"OUTAGE"}),
    ],
)
def test_limits(facts, names):
    assert breached(**facts) == names


@pytest.mark.parametrize(("seconds", "words"), [(1_860, "31 min"), (1_824, "30.4 min")])
def test_a_value_just_above_its_limit_does_not_read_as_equal(seconds, words):
    found = judge(Facts([timedelta(seconds=seconds)], PastOutcomes(), []), LIMITS)[0]
    assert found.is_breached
    assert found.annotations["value"] == f"median approval time {words}"


def test_an_outage_says_from_when_to_when():
    facts = Facts([], PastOutcomes(), [Outage(NOON, NOON + 12 * MINUTE)])
    [found] = [each for each in judge(facts, LIMITS) if each.name is Indicator.OUTAGE]
    assert "from 2026-03-06 12:00:00 to 12:12:00 UTC" in found.annotations["summary"]
    assert found.annotations["value"] == "down for 12 min"


def decision(outcome="approved", minutes=10, *, criteria=("security_critical",), needed=None, asked=()):
    wait = None if minutes is None else minutes * MINUTE
    return Reviewed(outcome=outcome, wait=wait, criteria=criteria, needed=needed, asked=tuple(asked))


def reviewed(*decisions, past=None, down=0):
    outages = [Outage(NOON - down * MINUTE, NOON)] if down else []
    return review(decisions, past or PastOutcomes(), availability(outages, NOON - WEEK, NOON), LIMITS)


def test_figures():
    quick, slow = Asked("primary", 5 * MINUTE), Asked("secondary", 20 * MINUTE)
    found = reviewed(
        decision(minutes=5, asked=[quick], needed="needed"),
        decision(minutes=50, asked=[Asked("primary", None), slow], needed="unneeded"),
        decision("not_needed", None, criteria=()),
        decision("withdrawn", 1_000, criteria=("performance_critical",)),
    )
    assert dict(found.outcomes) == {"approved": 2, "not_needed": 1, "withdrawn": 1}
    assert (found.in_time, found.waited) == (1, 2), "what was taken back was left waiting by nobody"
    assert (found.median_wait, found.p90_wait) == (27.5 * MINUTE, 50 * MINUTE)
    assert found.criteria[0] == ("security_critical", 2, 2, 1)
    assert found.tiers == (("primary", 2, 1, 5 * MINUTE), ("secondary", 1, 1, 20 * MINUTE))
    assert found.suggestions == ("Leave it as it is: no figure asks for a change.",)


@pytest.mark.parametrize(("count", "ninetieth"), [(0, None), (1, 1), (9, 9), (10, 9), (11, 10), (20, 18)])
def test_p90(count, ninetieth):
    found = p90([number * MINUTE for number in range(1, count + 1)])
    assert found == (None if ninetieth is None else ninetieth * MINUTE)


@pytest.mark.parametrize(
    ("decisions", "more", "words"),
    [
        (
            [decision(needed="unneeded")],
            {"past": PastOutcomes(unneeded=Share(count=8, total=10))},
            "Raise the threshold of security_critical",
        ),
        ([decision("not_needed", None)], {"past": PastOutcomes(unneeded=Share(count=8, total=10))}, "decision_line"),
        (
            [decision("not_needed", None)],
            {"past": PastOutcomes(troubled=Share(count=8, total=10))},
            "Lower escalation.decision_line",
        ),
        ([decision(asked=[Asked("primary", None)], needed="needed")] * 3, {}, "The tier primary left 3 of 3"),
        ([decision(minutes=45, needed="needed")], {}, "slower than their target"),
        ([decision("expired", 90)], {}, "1 expired without an answer"),
        ([decision()], {}, "1 of 1 approved escalations have no verdict"),
        ([], {"down": 180}, "run a second replica"),
    ],
)
def test_suggestions(decisions, more, words):
    assert any(words in each for each in reviewed(*decisions, **more).suggestions)
