"""More than one approver, a comment on everything, and a quorum that cannot be met any more: as people see it."""

import pytest

from tests.scenarios.driver import Bot, Workspace
from tests.scenarios.test_approvals import ROLES, ROOM, TITLE, ask, now_is

TWO = {
    "tiers": [{"name": "primary", "roles": ["tech_lead"], "timeout": "30m", "reminders": ["15m"]}],
    "quorum": 2,
}


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(**ROLES, approvals={"policies": {"two": TWO}, "default_policy": "two"}) as started:
        yield started


async def test_two_of_two(bot: Bot, workspace: Workspace) -> None:
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, "0 of 2 approvals", channel=ROOM)
    alice = workspace.user("alice")
    assert "Your approval counts. It takes 1 more." in (await alice.press(card, "approvals.approve")).private
    for room in (ROOM, "bo", "carol"):
        await workspace.expect_card(TITLE, "1 of 2 approvals", "<@U0ALICE>  approved", channel=room)
    again = (await alice.press(card, "approvals.approve")).private
    assert "You have approved this version already" in again
    assert "it is still pending" in again
    assert "Nothing waits for you" in (await alice.command(command="/approvals")).private
    assert (await now_is(bot, request)).is_pending
    await workspace.user("bo").press(card, "approvals.approve")
    decided = await workspace.expect_card(TITLE, "Approved", "<@U0BO>", channel=ROOM)
    assert decided.actions == []
    assert "<@U0ALICE>" in decided.words, "whoever approved before is still named"


async def test_a_quorum_that_cannot_be_met_any_more(bot: Bot, workspace: Workspace) -> None:
    request = await ask(bot, requested_for="U0CAROL")
    await workspace.expect_card(TITLE, channel=ROOM)
    assert "You are away until" in (await workspace.user("bo").command("away for 3d", command="/approvals")).private
    await workspace.expect("it takes 2, and 1 is there", channel=ROOM, reply=True)
    await workspace.expect_card(TITLE, "Too few people are left who could approve", channel=ROOM)
    await workspace.user("bo").command("back", command="/approvals")

    card = await workspace.expect_card(TITLE, channel=ROOM)
    await bot.settled()
    assert "Too few people" not in (await workspace.refreshed(card)).words
    assert (await now_is(bot, request)).is_pending


async def test_a_comment_on_everything(start_bot, workspace: Workspace) -> None:
    policies = {"said": {**TWO, "quorum": 1, "comments": "always"}}
    async with start_bot(**ROLES, approvals={"policies": policies, "default_policy": "said"}) as bot:
        request = await ask(bot)
        card = await workspace.expect_card(TITLE, channel=ROOM)
        assert "approvals.approve" not in card.actions
        refused = await workspace.user("hana").press(card, "approvals.approve_with_comment")
        assert refused.view is None
        assert "You are no approver" in refused.private
        alice = workspace.user("alice")
        form = (await alice.press(card, "approvals.approve_with_comment")).view
        blank = await alice.submit(form["id"], {"approvals.comment": " "})
        assert "To approve this takes a comment" in blank.content["errors"]["approvals.comment"]
        assert (await now_is(bot, request)).is_pending
        await alice.submit(form["id"], {"approvals.comment": "The tests are there."})
        await workspace.expect_card(TITLE, "Approved", "The tests are there.", channel=ROOM)


async def test_a_comment_in_the_modal_of_a_request(start_bot, workspace: Workspace) -> None:
    policies = {"said": {**TWO, "quorum": 1, "comments": "always"}}
    async with start_bot(**ROLES, approvals={"policies": policies, "default_policy": "said"}) as bot:
        request = await ask(bot)
        card = await workspace.expect_card(TITLE, channel=ROOM)
        alice = workspace.user("alice")
        await alice.press(card, "approvals.open")
        form = (await alice.press(None, "approvals.approve_with_comment")).view
        await alice.submit(form["id"], {"approvals.comment": "The tests are there."})
        assert (await now_is(bot, request)).status == "approved"
