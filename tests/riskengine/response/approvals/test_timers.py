"""What time does to a request, minute by minute; it never decides."""

import pytest

from riskengine.response.approvals import timers
from riskengine.response.approvals.policies import SHIPPED
from riskengine.response.approvals.requests import ApprovalStatus, EventKind
from tests.riskengine.response.approvals.desk import at, left_alone, request, standard

ASKED, REMINDED, EXPIRED = "tier_asked", "reminded", "expired"
ALONE = {
    "standard": [
        (15, REMINDED, 1),
        (30, ASKED, 2),
        (45, REMINDED, 2),
        (60, REMINDED, 2),
        (75, REMINDED, 2),
        (90, EXPIRED, 2),
    ],
    "emergency": [
        (5, REMINDED, 1),
        (10, REMINDED, 1),
        (15, ASKED, 2),
        (30, REMINDED, 2),
        (45, REMINDED, 2),
        (60, REMINDED, 2),
        (75, EXPIRED, 2),
    ],
    "emergency_sequential": [
        (15, REMINDED, 1),
        (30, ASKED, 2),
        (45, REMINDED, 2),
        (60, REMINDED, 2),
        (75, REMINDED, 2),
        (90, ASKED, 3),
        (105, EXPIRED, 3),
    ],
}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_shipped_policy_does_when_nobody_answers(name):
    assert left_alone(SHIPPED[name]) == ALONE[name]


@pytest.mark.parametrize(
    ("minutes", "tier", "status"),
    [(29.999, 1, "pending"), (30, 2, "pending"), (500, 2, "pending"), (1439, 2, "pending"), (1440, 1, "expired")],
)
def test_an_outage_skips_no_tier_and_the_hard_deadline_ends_all(minutes, tier, status):
    after = timers.advance(request(), at(minutes)).request
    assert (after.tier, after.status) == (tier, status)


def test_a_tier_opened_late_has_its_whole_window():
    after = timers.advance(request(), at(500)).request
    assert (after.tier_opened_at, after.due_at) == (at(500), at(560))
    assert timers.next_moment(after) == at(515)


def test_the_hard_deadline_cuts_the_last_window():
    after = timers.advance(request(), at(1400)).request
    assert after.due_at == at(1440)
    assert timers.advance(after, at(1440)).request.status is ApprovalStatus.EXPIRED


def test_missed_reminders_are_one():
    second = timers.advance(request(), at(30)).request
    late = timers.advance(second, at(80))
    assert [(event.kind, event.number) for event in late.events] == [(EventKind.REMINDED, 3)]
    assert timers.advance(late.request, at(80)).events == ()


def test_nobody_decided_an_expired_request():
    after = timers.advance(request(tier=2, due_at=at(90)), at(90)).request
    assert (after.status, after.decided_by, after.decided_at, after.valid_until) == ("expired", None, at(90), None)


@pytest.mark.parametrize("status", [each for each in ApprovalStatus if each is not ApprovalStatus.PENDING])
def test_final_states_stay(status):
    over = request(status=status)
    assert timers.advance(over, at(5000)) == (over, (), None, None)
    assert timers.next_moment(over) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hard_deadline": "1h"}, "ends before the tiers do"),
        ({"tiers": [{"name": "a", "roles": ["r"], "timeout": "1m", "reminders": ["1m"]}]}, "but ends at 1m"),
        ({"tiers": [{"name": "a", "roles": ["r"], "timeout": "9m", "reminders": ["2m", "1m"]}]}, "must rise"),
        ({"tiers": [{"name": "a", "roles": ["r"], "timeout": "1m"}] * 2}, "the same name"),
        ({"quorum": 0}, "greater than or equal to 1"),
    ],
)
def test_policies_that_cannot_be(change, says):
    with pytest.raises(ValueError, match=says):
        standard(**change)
