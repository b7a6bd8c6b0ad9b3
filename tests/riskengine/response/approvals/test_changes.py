"""Edit, withdraw, break the glass, execute; and who is asked."""

import pytest

from riskengine.response.approvals import changes, eligibility, execution
from riskengine.response.approvals.execution import Execution, ExecutionStatus
from riskengine.response.approvals.refusals import Reason
from riskengine.response.approvals.requests import ApprovalStatus, EventKind
from tests.riskengine.response.approvals.desk import (
    ARCHITECT,
    CHIEF,
    FACTS,
    HASH,
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

OTHER = "b" * 64
APPROVED = press(request(), LEAD).request
STARTED = Execution(id=1, request_id=1, payload_hash=HASH, status="started", started_at=at(2), ended_at=None, detail="")


def edit(subject, by="token:ci", minutes=40):
    return changes.edit(subject, by, "New", OTHER, at(minutes))


def test_an_edit_begins_anew_at_the_first_tier_under_the_old_hard_deadline():
    step = edit(SECOND)
    after = step.request
    assert (after.version, after.tier, after.due_at, after.subject_hash) == (2, 1, at(70), OTHER)
    assert after.hard_deadline_at == SECOND.hard_deadline_at
    assert [event.kind for event in step.events] == [EventKind.EDITED, EventKind.ASKED]
    assert press(after, LEAD, minutes=41).refusal.reason is Reason.OLD_VERSION
    assert press(after, LEAD, minutes=41, version=2).request.status is ApprovalStatus.APPROVED


def test_edits_do_not_keep_a_request_alive():
    late = edit(request(tier=2, tier_opened_at=at(1380), due_at=at(1440)), minutes=1430).request
    assert late.due_at == at(1440)
    assert edit(late, minutes=1440).request.status is ApprovalStatus.EXPIRED


@pytest.mark.parametrize("by", ["token:ci", STRANGER, "U0ADMIN"])
def test_withdrawn_by_the_requester_the_one_it_is_for_or_an_admin(by):
    step = changes.withdraw(request(requested_for=STRANGER), by, "not needed", at(1), admins=["U0ADMIN"])
    assert (step.request.status, step.request.decided_by, step.request.comment) == ("withdrawn", by, "not needed")


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        pytest.param(edit(request(), LEAD, 1), Reason.NOT_REQUESTER, id="edited by another"),
        pytest.param(edit(APPROVED), Reason.OVER, id="edited when decided"),
        pytest.param(edit(SECOND, minutes=90), Reason.OVER, id="edited at the deadline"),
        pytest.param(changes.withdraw(request(), LEAD, "", at(1)), Reason.NOT_REQUESTER, id="withdrawn by another"),
        pytest.param(changes.withdraw(APPROVED, "token:ci", "", at(2)), Reason.OVER, id="withdrawn when decided"),
    ],
)
def test_refused(step, reason):
    assert step.refusal.reason is reason


@pytest.mark.parametrize(
    ("subject", "version", "comment", "reason"),
    [
        (request(), 1, "fire", None),
        (request(), 1, " ", Reason.COMMENT_MISSING),
        (request(), 2, "fire", Reason.OLD_VERSION),
        (request(requested_for=CHIEF), 1, "fire", Reason.OWN_REQUEST),
        (APPROVED, 1, "fire", Reason.OVER),
    ],
)
def test_break_the_glass(subject, version, comment, reason):
    step = changes.break_glass(subject, CHIEF, version, comment, FACTS, at(2))
    assert (step.refusal.reason if step.refusal else None) == reason
    if reason is None:
        assert (step.request.status, step.request.broke_glass) == ("approved", True)
        assert [event.kind for event in step.events] == [EventKind.BROKE_GLASS]


@pytest.mark.parametrize(
    ("subject", "content", "earlier", "minutes", "reason"),
    [
        pytest.param(APPROVED, HASH, None, 1440.9, None, id="in time"),
        pytest.param(APPROVED, HASH, None, 1441, Reason.LAPSED, id="too late"),
        pytest.param(APPROVED, OTHER, None, 2, Reason.OTHER_CONTENT, id="other content"),
        pytest.param(APPROVED, HASH, STARTED, 3, Reason.EXECUTED_ALREADY, id="twice"),
        pytest.param(request(), HASH, None, 2, Reason.NOT_YET_APPROVED, id="pending"),
        pytest.param(SECOND, HASH, None, 90, Reason.OVER, id="expires at that moment"),
    ],
)
def test_execute(subject, content, earlier, minutes, reason):
    step = execution.begin(subject, content, earlier, at(minutes))
    assert (step.refusal.reason if step.refusal else None) == reason


def test_an_execution_whose_end_is_unknown_is_not_run_again():
    lost = STARTED.model_copy(update={"status": ExecutionStatus.UNKNOWN})
    assert execution.begin(APPROVED, HASH, lost, at(9)).refusal.word == "unknown"


@pytest.mark.parametrize(
    ("requested_for", "absences", "asked"),
    [
        ("", {}, [ARCHITECT, LEAD]),
        (LEAD, {}, [ARCHITECT]),
        ("", absent(LEAD), [ARCHITECT]),
        ("", absent(LEAD, STRANGER), [ARCHITECT, STRANGER]),
        ("", absent(LEAD, STRANGER) | absent(STRANGER, CHIEF), [ARCHITECT, CHIEF]),
        ("", absent(LEAD, STRANGER) | absent(STRANGER, LEAD), [ARCHITECT]),
        (STRANGER, absent(LEAD, STRANGER), [ARCHITECT]),
    ],
)
def test_who_is_asked(requested_for, absences, asked):
    facts = FACTS._replace(absences=absences)
    assert eligibility.to_ask(request(requested_for=requested_for), 1, facts, at(1)) == asked


@pytest.mark.parametrize(
    ("subject", "absences", "votes", "possible"),
    [
        (request(), {}, (), 3),
        (request(requested_for=MANAGER), {}, (), 2),
        (request(), absent(LEAD), (), 2),
        (request(), absent(LEAD, end=80), (), 3),
        (request(), absent(LEAD, ARCHITECT), (), 2),
        (request(standard(quorum=2)), {}, (vote(LEAD),), 3),
    ],
)
def test_how_many_could_still_approve(subject, absences, votes, possible):
    assert eligibility.could_approve(subject, FACTS._replace(absences=absences), votes, at(2)) == possible
