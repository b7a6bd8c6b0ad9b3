"""Who may decide: tiers, the requester's side, delegates, quorum."""

import asyncio

import pytest

from riskengine.response.approvals.policies import Policy, Tier
from riskengine.response.approvals.refusals import Reason
from riskengine.response.approvals.requests import ApprovalStatus
from tests.services.approvals.office import LEADS, MEMBERS, MINUTE, terms_of

TWO = {"tiers": [{"name": "primary", "roles": ["tech_lead", "architect"], "timeout": "30m"}], "quorum": 2}
HANDS_ON = {
    "tiers": [
        {"name": "primary", "roles": ["tech_lead"], "timeout": "30m"},
        {"name": "secondary", "roles": ["cto"], "timeout": "30m"},
    ],
    "on_reject": "next_tier",
}


@pytest.fixture
def terms():
    return terms_of(policies={"two": TWO, "hands_on": HANDS_ON})


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("U0LEA", Reason.OWN_REQUEST),
        ("U0ANN", Reason.NO_APPROVER),
        ("U0MAX", Reason.TIER_NOT_OPEN),
        ("U0BEN", Reason.DELEGATE_OF_REQUESTER),
    ],
)
async def test_who_may_not(office, user, reason):
    await office.away("U0LEA", "U0BEN")
    request = (await office.open(requested_for="U0LEA")).request
    outcome = await office.approve(request, user)
    assert (outcome.changed, outcome.refusal.reason) == (False, reason)
    assert "Nothing was changed." in outcome.text
    assert (await office.now(request)).status is ApprovalStatus.PENDING


async def test_an_old_card_is_recognised(office):
    request = (await office.open(by="U0ANN")).request
    await office.edit(request, "U0ANN")
    assert (await office.approve(request, "U0LEA", version=1)).refusal.reason is Reason.OLD_VERSION
    assert (await office.approve(request, "U0LEA", version=2)).changed


async def test_a_rejection_takes_a_comment(office):
    request = (await office.open()).request
    assert (await office.reject(request, "U0LEA", comment=" ")).refusal.reason is Reason.COMMENT_MISSING
    assert (await office.reject(request, "U0LEA", comment="too dear")).changed
    assert (await office.now(request)).status is ApprovalStatus.REJECTED


async def test_a_role_that_slack_has_not_confirmed_lately_decides_nothing(office, clock):
    request = (await office.open()).request
    believed = office.terms.people.groups_cached_for
    await office.database.write(lambda tx: _age(tx, tx.protocol_now - 2 * believed))
    assert (await office.approve(request, "U0LEA")).refusal.reason is Reason.NOT_VERIFIED
    await office.staff()
    assert (await office.approve(request, "U0LEA")).changed


def _age(tx, seen_at):
    from bot.store import approval_people

    approval_people.remember(tx, {role: set(people) for role, people in MEMBERS.items()}, seen_at)


async def test_a_delegate_is_asked_and_decides_in_the_place_of_whoever_is_away(office):
    await office.away("U0LEA", "U0BEN")
    request = (await office.open()).request
    assert await office.told(request, "card") == ["#escalations", "U0BEN", *LEADS[1:]]
    assert (await office.approve(request, "U0BEN")).changed
    [vote] = (await office.detail(request)).votes
    assert (vote.voter, vote.on_behalf_of) == ("U0BEN", "U0LEA")


async def test_a_delegate_named_later_is_asked_for_what_is_pending(office):
    request = (await office.open()).request
    await office.away("U0LEA", "U0BEN")
    await office.tick()
    assert "U0BEN" in await office.told(request, "card")
    assert await office.due_at(request) == request.tier_opened_at + 15 * MINUTE


async def test_a_quorum_takes_different_people(office):
    request = (await office.open(policy="two")).request
    first = await office.approve(request, "U0LEA")
    assert first.text == "Your approval counts. It takes 1 more."
    assert (await office.approve(request, "U0LEA")).refusal.reason is Reason.VOTED_ALREADY
    await office.away("U0LEA", "U0BEN")
    assert (await office.approve(request, "U0BEN")).refusal.reason is Reason.SPOKEN_FOR
    assert (await office.approve(request, "U0LEO")).changed
    assert (await office.now(request)).status is ApprovalStatus.APPROVED


async def test_a_quorum_that_cannot_be_met_any_more_is_said_in_the_thread(office):
    request = (await office.open(policy="two")).request
    for user in LEADS[1:]:
        await office.away(user)
    await office.tick()
    assert (await office.now(request)).short_since is not None
    assert await office.told(request, "short") == ["#escalations"]
    await office.back("U0LEO")
    await office.tick()
    assert (await office.now(request)).short_since is None


async def test_a_rejection_may_ask_the_next_tier_and_ends_it_at_the_last(office):
    request = (await office.open(policy="hands_on")).request
    await office.reject(request, "U0LEA")
    assert ((await office.now(request)).tier, (await office.now(request)).status) == (2, ApprovalStatus.PENDING)
    await office.reject(request, "U0CTO")
    assert (await office.now(request)).status is ApprovalStatus.REJECTED


async def test_passing_on_asks_the_next_tier_at_once_and_not_past_the_last(office):
    request = (await office.open()).request
    assert (await office.pass_on(request, "U0LEA")).changed
    assert (await office.pass_on(request, "U0LEO")).refusal.reason is Reason.NOT_IN_TIER
    assert (await office.pass_on(request, "U0MAX")).refusal.reason is Reason.LAST_TIER


async def test_only_the_requesters_side_withdraws(office):
    request = (await office.open(by="U0ANN")).request
    assert (await office.withdraw(request, "U0LEA")).refusal.reason is Reason.NOT_REQUESTER
    assert (await office.withdraw(request, "U0ANN")).changed
    assert (await office.now(request)).status is ApprovalStatus.WITHDRAWN


async def test_an_approval_is_used_once_in_time_and_for_what_was_approved(office):
    request = (await office.open()).request
    assert (await office.execute(request)).refusal.reason is Reason.NOT_YET_APPROVED
    await office.approve(request, "U0LEA")
    assert (await office.execute(request, content="b")).refusal.reason is Reason.OTHER_CONTENT
    assert (await office.execute(request)).execution is not None
    assert (await office.execute(request)).refusal.reason is Reason.EXECUTED_ALREADY
    await office.later(61)
    assert (await office.detail(request)).execution.status == "unknown"
    lapsed = (await office.open()).request
    await office.approve(lapsed, "U0LEA")
    office.step(24 * 60)
    assert (await office.execute(lapsed)).refusal.reason is Reason.LAPSED


async def test_approve_and_reject_at_once_make_one_decision(office, rival):
    for number in range(20):
        request = (await office.open(subject_id=number)).request
        outcomes = await asyncio.gather(office.approve(request, "U0LEA"), rival.reject(request, "U0LEO"))
        [loser] = [each for each in outcomes if not each.changed]
        over = await office.now(request)
        assert f"<@{over.decided_by}>" in loser.text
        assert sum(verb in {"approved", "rejected"} for verb in await office.verbs(request)) == 1


def test_a_policy_that_ends_before_its_tiers_is_refused():
    tier = Tier(name="a", roles=("tech_lead",), timeout=30 * MINUTE)
    with pytest.raises(ValueError, match="ends before the tiers"):
        Policy(tiers=(tier,), hard_deadline=10 * MINUTE)
