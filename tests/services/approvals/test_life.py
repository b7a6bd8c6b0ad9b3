"""A request from its opening to its end: tiers, reminders, expiry."""

import pytest

from bot.errors import ApprovalImpossible, Conflict
from bot.store.approvals import approval_requests
from riskengine.response.approvals.refusals import Reason
from riskengine.response.approvals.requests import ApprovalStatus
from tests.services.approvals.office import LEADS, MANAGERS


async def test_a_request_asks_its_first_tier_and_everybody_sees_it(office):
    request = (await office.open()).request
    assert await office.told(request, "card") == ["#escalations", *LEADS]
    assert await office.verbs(request) == ["opened", "tier_asked"]


async def test_nobody_decides_and_it_goes_through_its_tiers(office):
    request = (await office.open()).request
    await office.later(15)
    assert await office.told(request, "reminder") == ["#escalations", *LEADS]
    await office.later(15)
    assert (await office.now(request)).tier == 2
    assert await office.told(request, "card") == ["#escalations", *LEADS, *MANAGERS]
    for _ in range(3):
        await office.later(15)
    assert len(await office.told(request, "reminder")) == 4 + 3 * 3
    await office.later(15)
    over = await office.now(request)
    assert (over.status, over.decided_by) == (ApprovalStatus.EXPIRED, None)
    assert await office.due_at(request) is None
    assert await office.told(request, "decided") == ["#escalations"]
    assert await office.verbs(request) == [
        *("opened", "tier_asked", "reminded", "tier_asked", "reminded", "reminded", "reminded", "expired")
    ]


async def test_a_reminder_edits_no_card(office):
    request = (await office.open()).request
    await office.later(15)
    assert await office.told(request, "reminder")
    assert set(await office.shown(request)) == {1}
    await office.approve(request, LEADS[0])
    assert set(await office.shown(request)) == {(await office.now(request)).revision}


async def test_an_approval_is_told_to_whoever_asked(office):
    request = (await office.open(requested_for="U0ANN")).request
    outcome = await office.approve(request, "U0LEA")
    assert (outcome.changed, outcome.text) == (True, "")
    over = await office.now(request)
    assert (over.status, over.decided_by) == (ApprovalStatus.APPROVED, "U0LEA")
    assert over.valid_until == over.decided_at + over.policy.valid_for
    assert await office.told(request, "result") == ["U0ANN"]
    assert await office.due_at(request) is None


async def test_the_second_is_told_who_was_first(office):
    request = (await office.open()).request
    await office.approve(request, "U0LEA")
    late = await office.reject(request, "U0LEO")
    assert not late.changed
    assert late.refusal.reason is Reason.OVER
    assert "approved by <@U0LEA>" in late.text
    assert (await office.now(request)).decided_by == "U0LEA"


async def test_the_same_key_is_the_same_request(office):
    first = await office.open(key="token:ci:1")
    again = await office.open(key="token:ci:1")
    assert (again.request.id, first.is_new, again.is_new) == (first.request.id, True, False)
    with pytest.raises(Conflict, match="other content"):
        await office.open(key="token:ci:1", content="b")
    assert await office.count(approval_requests) == 1


async def test_nobody_could_approve_is_said_at_once(office):
    await office.staff(tech_lead=["U0ANN"], architect=[], engineering_manager=[], product_manager=["U0ANN"])
    with pytest.raises(ApprovalImpossible, match="nobody besides"):
        await office.open(by="U0ANN")
    assert await office.count(approval_requests) == 0


async def test_after_an_outage_the_next_tier_has_its_whole_window(office):
    request = (await office.open()).request
    office.step(180)
    outcome = await office.approve(request, "U0MAX")
    assert outcome.changed, outcome.text
    assert await office.verbs(request) == ["opened", "tier_asked", "tier_asked", "approved"]
