"""Presses that must change nothing: whoever presses, whatever they press, they are told why, and alone."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import NamedTuple

import pytest

from bot.services.approvals import respond
from bot.services.approvals.respond import Press
from bot.wiring.approvals import approval_terms
from riskengine.response.approvals.requests import ApprovalRequest
from tests.scenarios.driver import Bot, Message, Workspace
from tests.scenarios.test_approvals import LEADS, ROLES, ROOM, TITLE, ask, late_press, now_is
from tests.scenarios.wire import Wire

BUTTONS = ("approvals.approve", "approvals.reject", "approvals.pass_on", "approvals.ask_information")
#: Longer than both tiers of the standard policy.
TWO_HOURS = 7_200
_deliveries = count(1)


class Scene(NamedTuple):
    bot: Bot
    workspace: Workspace
    wire: Wire
    request: ApprovalRequest
    card: Message


Prepare = Callable[[Scene], Awaitable[None]]


class Case(NamedTuple):
    who: str
    why: str
    #: What Ask is told where that is another sentence.
    why_ask: str = ""
    prepare: Prepare | None = None


async def edited(scene: Scene) -> None:
    press = Press(user_id="token:ci", request_id=scene.request.id, delivery_id=f"p{next(_deliveries)}")
    terms = approval_terms(scene.bot.settings)
    await scene.bot.database.write(lambda tx: respond.edit(tx, press, f"{TITLE}, twice", "b" * 64, terms))


async def approved_by_alice(scene: Scene) -> None:
    await scene.workspace.user("alice").press(scene.card, "approvals.approve")
    assert (await now_is(scene.bot, scene.request)).status == "approved"


async def expired(scene: Scene) -> None:
    await scene.workspace.advance(TWO_HOURS)
    # However late it is, the second tier has its own time.
    await scene.workspace.expect_card(TITLE, channel="dave")
    await scene.workspace.advance(TWO_HOURS)
    await scene.workspace.expect("No approval was received in time", channel=ROOM, reply=True)


CASES = {
    "a stranger": Case("U0HANA", "You are no approver of this request: it is for these roles: tech_lead"),
    "the requester": Case("U0BO", "nobody decides on their own request", "write what should be known into its thread"),
    "a deactivated user": Case("U0ZOE", "A deactivated member cannot take part in approvals"),
    "a guest": Case("U0GUS", "A guest cannot take part in approvals"),
    "a tier that is not open": Case("U0DAVE", "Your tier, secondary, is not asked yet: primary has time until"),
    "an old card": Case("U0ALICE", "You were shown an older version", prepare=edited),
    "twice": Case("U0ALICE", "This request was approved by you", prepare=approved_by_alice),
    "after expiry": Case("U0ALICE", "no approval was received in time", prepare=expired),
}


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(**ROLES) as started:
        yield started


@pytest.mark.parametrize("name", CASES)
async def test_changes_nothing_and_says_why(bot: Bot, workspace: Workspace, wire: Wire, name: str) -> None:
    case = CASES[name]
    request = await ask(bot, requested_for="U0BO")
    card = await workspace.expect_card(TITLE, channel=ROOM)
    scene = Scene(bot, workspace, wire, request, card)
    if case.prepare:
        await case.prepare(scene)
    await bot.settled()
    before = await now_is(bot, request)
    for button in BUTTONS:
        _, told = await late_press(wire, request, case.who, card, button)
        expected = case.why_ask if button == "approvals.ask_information" and case.why_ask else case.why
        assert expected in told, button
        assert "Nothing was changed" in told, button
    assert await now_is(bot, request) == before
    views = (await workspace.state())["views"]
    assert views.get(case.who, []) == [], "a form opened for nothing"


async def test_a_form_that_was_open_when_the_state_changed(bot: Bot, workspace: Workspace) -> None:
    """Looked at once more when it is sent."""
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    form = (await workspace.user("bo").press(card, "approvals.reject")).view
    await workspace.user("alice").press(card, "approvals.approve")
    late = await workspace.user("bo").submit(form["id"], {"approvals.comment": "no"})
    assert "This request was approved by <@U0ALICE>" in late.view_words
    assert (await now_is(bot, request)).status == "approved"


async def test_withdrawn_by_the_requester_from_their_list(bot: Bot, workspace: Workspace) -> None:
    request = await ask(bot, by="U0HANA")
    await workspace.expect_card(TITLE, channel=ROOM)
    hana = workspace.user("hana")
    listed = await hana.command(command="/approvals")
    assert "You asked for" in listed.private
    [message] = listed.content["ephemeral"]
    shown = (await hana.press(Message("llm-alerts", message), "approvals.open")).view
    buttons = [
        each["action_id"] for block in shown["blocks"] for each in block.get("elements", []) if "action_id" in each
    ]
    assert buttons == ["approvals.withdraw"]
    form = (await hana.press(None, "approvals.withdraw")).view
    await hana.submit(form["id"], {"approvals.comment": "Done otherwise."})
    assert (await now_is(bot, request)).status == "withdrawn"
    for room in (ROOM, *LEADS):
        await workspace.expect_card(TITLE, "Withdrawn", "Done otherwise.", channel=room)


async def test_an_admin_withdraws_from_the_card(bot: Bot, workspace: Workspace) -> None:
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    stranger = (await workspace.user("hana").press(card, "approvals.open")).view
    assert "approvals.withdraw" not in str(stranger["blocks"])
    assert "approvals.approve" not in str(stranger["blocks"])
    alice = workspace.user("alice")
    shown = (await alice.press(card, "approvals.open")).view
    assert "approvals.approve" in str(shown["blocks"])
    form = (await alice.press(None, "approvals.withdraw")).view
    await alice.submit(form["id"], {})
    assert (await now_is(bot, request)).status == "withdrawn"


async def test_decided_in_the_modal(bot: Bot, workspace: Workspace) -> None:
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    bo = workspace.user("bo")
    await bo.press(card, "approvals.open")
    await bo.press(None, "approvals.approve", settle_seconds=0.4)
    assert (await now_is(bot, request)).decided_by == "U0BO"
    views = (await workspace.state())["views"]["U0BO"]
    assert "approvals.approve" not in str(views[-1]["blocks"])


async def test_broken_glass(start_bot, workspace: Workspace) -> None:
    settings = {"people": {"roles": {**ROLES["people"]["roles"], "break_glass": ["hana@sandbox.example"]}}}
    async with start_bot(**settings, approvals={"security_channel": "#incidents"}) as bot:
        request = await ask(bot)
        card = await workspace.expect_card(TITLE, channel=ROOM)
        assert "break_glass" not in str((await workspace.user("alice").press(card, "approvals.open")).view)
        hana = workspace.user("hana")
        await hana.press(card, "approvals.open")
        form = (await hana.press(None, "approvals.break_glass")).view
        blank = await hana.submit(form["id"], {"approvals.comment": "  "})
        assert "takes a comment" in blank.content["errors"]["approvals.comment"]
        await hana.submit(form["id"], {"approvals.comment": "Nobody can log in."})
        found = await now_is(bot, request)
        assert (found.status, found.broke_glass) == ("approved", True)
        await workspace.expect("broke the glass", "<@U0HANA>", "Nobody can log in.", channel="incidents")
        await workspace.expect_card(TITLE, "who broke the glass", channel=ROOM)
