"""Approve, reject, pass on: every outcome, and every refusal with who and when."""

from datetime import timedelta

import pytest

from riskengine.response.approvals import decisions
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.refusals import Reason
from riskengine.response.approvals.requests import ApprovalStatus, EventKind, Verdict
from tests.riskengine.response.approvals.desk import (
    ARCHITECT,
    CHIEF,
    FACTS,
    LEAD,
    MANAGER,
    SECOND,
    STRANGER,
    absent,
    at,
    press,
    request,
    standard,
    vote,
)

APPROVE, REJECT, PASS = Verdict.APPROVE, Verdict.REJECT, Verdict.PASS
PAIR = standard(quorum=2)
HANDS_ON = standard(on_reject="next_tier")
OVER = request(status=ApprovalStatus.REJECTED, decided_by=LEAD, decided_at=at(3))


def facts(**more):
    return FACTS._replace(**more)


def kinds(step):
    return [event.kind for event in step.events]


def test_one_approval_is_enough_and_may_be_used_for_a_day():
    after = press(request(), LEAD).request
    assert (after.status, after.decided_by, after.decided_at) == ("approved", LEAD, at(1))
    assert after.valid_until == at(1) + timedelta(hours=24)


def test_a_quorum_takes_different_people():
    first = press(request(PAIR), LEAD)
    assert (first.request.status, kinds(first)) == ("pending", [EventKind.VOTED])
    second = press(first.request, ARCHITECT, votes=(vote(LEAD),))
    assert (second.request.status, kinds(second)) == ("approved", [EventKind.APPROVED])


@pytest.mark.parametrize(
    ("subject", "verdict", "status", "tier", "events"),
    [
        pytest.param(request(), REJECT, "rejected", 1, ["rejected"], id="a rejection ends it"),
        pytest.param(request(HANDS_ON), REJECT, "pending", 2, ["voted", "tier_asked"], id="or asks the next tier"),
        pytest.param(request(), PASS, "pending", 2, ["passed", "tier_asked"], id="passed on"),
    ],
)
def test_reject_and_pass(subject, verdict, status, tier, events):
    step = press(subject, LEAD, verdict, comment="no")
    assert (step.request.status, step.request.tier, kinds(step)) == (status, tier, [f"approval_{e}" for e in events])
    assert step.request.due_at == at(61 if tier == 2 else 30)


def test_at_the_last_tier_a_rejection_ends_it_whatever_the_policy():
    step = press(SECOND.model_copy(update={"policy": HANDS_ON}), MANAGER, REJECT, minutes=31, comment="no")
    assert (step.request.status, step.request.comment) == ("rejected", "no")


def test_tiers_asked_before_stay_asked():
    assert press(SECOND, LEAD, minutes=40).request.status is ApprovalStatus.APPROVED


def test_what_was_due_comes_first():
    """The timer is late, and nobody of the next tier is refused for it."""
    step = press(request(), MANAGER, minutes=31)
    assert kinds(step) == [EventKind.ASKED, EventKind.APPROVED]
    late = press(SECOND, MANAGER, minutes=90)
    assert (late.request.status, late.refusal.reason) == ("expired", Reason.OVER)


def refusal(reason, subject, voter, verdict=APPROVE, *, who="", word="", since=None, name="", **more):
    return pytest.param(subject, voter, verdict, more, (reason, who, since, word), id=name or reason)


UNSURE = facts(unconfirmed=frozenset({"tech_lead"}))
AWAY = facts(absences=absent(LEAD, STRANGER))
FOR_LEAD = request(requested_for=LEAD)


@pytest.mark.parametrize(
    ("subject", "voter", "verdict", "more", "expected"),
    [
        refusal(Reason.OVER, OVER, ARCHITECT, who=LEAD, since=at(3)),
        refusal(Reason.OLD_VERSION, request(version=2), LEAD),
        refusal(Reason.OLD_VERSION, request(), LEAD, version=2, name="a version to come"),
        refusal(Reason.OWN_REQUEST, request(requested_by=LEAD), LEAD),
        refusal(Reason.OWN_REQUEST, FOR_LEAD, LEAD, name="the one it is for"),
        refusal(Reason.OWN_REQUEST, FOR_LEAD, LEAD, PASS, name="nor do they pass it on"),
        refusal(Reason.DELEGATE_OF_REQUESTER, FOR_LEAD, STRANGER, who=LEAD, facts=AWAY),
        refusal(Reason.NO_APPROVER, request(), STRANGER),
        refusal(Reason.NO_APPROVER, request(), CHIEF, name="a role of no tier"),
        refusal(Reason.TIER_NOT_OPEN, request(), MANAGER, since=at(30), word="secondary"),
        refusal(Reason.NOT_VERIFIED, request(), LEAD, facts=UNSURE),
        refusal(Reason.NOT_VERIFIED, request(), STRANGER, facts=UNSURE, name="unknown while Slack is silent"),
        refusal(
            Reason.VOTED_ALREADY, request(PAIR), LEAD, word=APPROVE, who="", since=at(1), votes=(vote(LEAD),), minutes=2
        ),
        refusal(
            Reason.SPOKEN_FOR,
            request(PAIR),
            LEAD,
            who=STRANGER,
            word=LEAD,
            since=at(1),
            votes=(vote(STRANGER, on_behalf_of=LEAD),),
            facts=AWAY,
        ),
        refusal(Reason.COMMENT_MISSING, request(), LEAD, REJECT, word=REJECT),
        refusal(Reason.COMMENT_MISSING, request(), LEAD, REJECT, word=REJECT, comment="  ", name="blanks say nothing"),
        refusal(Reason.COMMENT_MISSING, request(standard(comments="always")), LEAD, word=APPROVE, name="always"),
        refusal(Reason.NOT_IN_TIER, SECOND, LEAD, PASS, word="secondary", minutes=31),
        refusal(Reason.LAST_TIER, SECOND, MANAGER, PASS, word="secondary", minutes=31),
    ],
)
def test_refused(subject, voter, verdict, more, expected):
    step = press(subject, voter, verdict, **more)
    assert step.refusal.reason is expected[0]
    assert (step.refusal.who, step.refusal.at, step.refusal.word) == expected[1:]
    assert (step.vote, step.events, step.request) == (None, (), subject)


@pytest.mark.parametrize("rule", ["never", "on_reject"])
def test_an_approval_needs_no_comment(rule):
    assert press(request(standard(comments=rule)), LEAD).request.status is ApprovalStatus.APPROVED


def test_a_delegate_speaks_for_the_absent_one_alone():
    step = press(request(), STRANGER, facts=AWAY)
    assert (step.vote.voter, step.vote.on_behalf_of, step.request.status) == (STRANGER, LEAD, "approved")


def test_one_right_makes_no_quorum_of_two():
    """Whoever is away presses as well: the same right is not used twice."""
    step = press(request(PAIR), STRANGER, votes=(vote(LEAD),), facts=AWAY, minutes=2)
    assert step.refusal.reason is Reason.SPOKEN_FOR


def test_a_delegate_with_a_right_of_their_own_votes_once():
    both = facts(absences=absent(LEAD, ARCHITECT))
    first = press(request(PAIR), ARCHITECT, facts=both)
    assert first.vote.on_behalf_of == ""
    again = press(first.request, ARCHITECT, votes=(first.vote,), facts=both, minutes=2)
    assert again.refusal.reason is Reason.VOTED_ALREADY


def test_an_absence_that_is_over_gives_no_right():
    past = Facts(FACTS.members, absent(LEAD, STRANGER, end=5))
    assert press(request(), STRANGER, minutes=4, facts=past).refusal is None
    assert press(request(), STRANGER, minutes=5, facts=past).refusal.reason is Reason.NO_APPROVER


@pytest.mark.parametrize(
    ("who", "asked", "version", "reason"),
    [
        (LEAD, request(), 1, None),
        (STRANGER, request(), 1, Reason.NO_APPROVER),
        (MANAGER, request(), 1, Reason.TIER_NOT_OPEN),
        (LEAD, request(requested_for=LEAD), 1, Reason.OWN_REQUEST),
        (LEAD, request(version=2), 1, Reason.OLD_VERSION),
        (LEAD, OVER, 1, Reason.OVER),
    ],
)
def test_whoever_may_decide_may_ask_for_more_first(who, asked, version, reason):
    step = decisions.question(asked, who, version, FACTS, at(1))
    assert (step.refusal.reason if step.refusal else None) == reason
    assert step.request == asked


def test_a_question_on_doubt_of_roles_is_refused():
    doubtful = facts(unconfirmed=frozenset({"tech_lead"}))
    assert decisions.question(request(), LEAD, 1, doubtful, at(1)).refusal.reason is Reason.NOT_VERIFIED
