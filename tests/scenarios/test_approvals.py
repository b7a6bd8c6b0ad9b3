"""Approvals in Slack: whoever may decide does so on any copy of the card; whoever may not is told why, alone."""

from itertools import count

import pytest

from bot.services.approvals import respond
from bot.services.approvals.open import Opening, open_request
from bot.services.approvals.respond import Press
from bot.store import approval_lookups as lookups
from bot.wiring.approvals import approval_terms
from riskengine.response.approvals.requests import ApprovalRequest
from tests.scenarios.driver import Bot, Message, Person, Workspace, until
from tests.scenarios.wire import Wire

TITLE = "Rewrite the login flow"
ROOM = "escalations"
ROLES = {"people": {"roles": {"tech_lead": ["@tech-leads"], "engineering_manager": ["@eng-managers"]}}}
BUTTONS = [
    "approvals.approve",
    "approvals.reject",
    "approvals.pass_on",
    "approvals.ask_information",
    "approvals.open",
]
LEADS = ("alice", "bo", "carol")
_deliveries = count(1)


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(**ROLES) as started:
        yield started


async def ask(bot: Bot, *, by: str = "token:ci", requested_for: str = "", title: str = TITLE) -> ApprovalRequest:
    """Through the service, as escalations do."""
    opening = Opening(
        kind="escalation",
        subject_kind="test",
        subject_id=1,
        title=title,
        subject_hash="a" * 64,
        requested_by=by,
        requested_for=requested_for,
    )
    approvals = bot.running.approvals
    await approvals.know_people(opening.kind)
    return (await bot.database.write(lambda tx: open_request(tx, opening, approvals.terms))).request


def in_dm(who: str, message: Message) -> Message:
    """As the workspace's controls name a conversation with us."""
    return Message(f"D0{who.upper()}", message.content)


async def late_press(wire: Wire, request: ApprovalRequest, who: str, card: Message, button: str):
    """On a card as it was, which a screen may still show."""
    value = f"request:{request.id}:{request.version}"
    return await wire.press(who, card, {"type": "button", "action_id": button, "value": value})


async def now_is(bot: Bot, request: ApprovalRequest) -> ApprovalRequest:
    found = await bot.database.read(lambda tx: lookups.by_id(tx, request.id))
    assert found is not None
    return found


async def decided(workspace: Workspace, *words: str, rooms: tuple[str, ...]) -> None:
    """Every copy shows the decision and cannot be pressed any more."""
    for room in rooms:

        async def shown(room: str = room) -> bool:
            cards = await workspace.find(TITLE, *words, channel=room, where=lambda each: each.thread_ts is None)
            return any(not card.actions for card in cards)

        await until(shown, what=f"a decided card with {words} in {room}")
        cards = await workspace.find(TITLE, channel=room)
        assert [card.actions for card in cards if card.actions] == []


async def test_approved_on_one_copy(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, "Approval wanted", channel=ROOM)
    assert card.actions == BUTTONS
    copies = [await workspace.expect_card(TITLE, channel=lead) for lead in LEADS]
    assert [copy.actions for copy in copies] == [BUTTONS] * 3
    await workspace.user("alice").press(in_dm("alice", copies[0]), "approvals.approve")
    await decided(workspace, "Approved", "<@U0ALICE>", rooms=(ROOM, *LEADS))
    assert (await now_is(bot, request)).decided_by == "U0ALICE"
    for button in ("approvals.approve", "approvals.reject"):
        _, told = await late_press(wire, request, "U0BO", card, button)
        assert "This request was approved by <@U0ALICE>" in told
        assert "Nothing was changed" in told
    assert (await now_is(bot, request)).status == "approved"


async def test_rejected_with_a_comment(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    carol = workspace.user("carol")
    form = (await carol.press(card, "approvals.reject")).view
    blank = await carol.submit(form["id"], {"approvals.comment": "   "})
    assert "takes a comment" in blank.content["errors"]["approvals.comment"]
    assert (await now_is(bot, request)).is_pending
    await carol.submit(form["id"], {"approvals.comment": "A smaller model <b>did</b> this & well."})
    await decided(workspace, "Rejected", "<@U0CAROL>", "A smaller model <b>did</b> this & well.", rooms=(ROOM, *LEADS))
    _, told = await late_press(wire, request, "U0BO", card, "approvals.approve")
    assert "with the comment: A smaller model &lt;b&gt;did&lt;/b&gt; this &amp; well." in told


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("hana", "You are no approver of this request"),
        ("bo", "nobody decides on their own request"),
        ("dave", "Your tier, secondary, is not asked yet"),
        ("gus", "A guest cannot take part in approvals"),
    ],
)
async def test_whoever_may_not_decide_changes_nothing(bot: Bot, workspace: Workspace, who: str, why: str) -> None:
    request = await ask(bot, requested_for="U0BO")
    card = await workspace.expect_card(TITLE, channel=ROOM)
    person = workspace.user(who)
    for button in ("approvals.approve", "approvals.pass_on"):
        assert why in (await person.press(card, button)).private
    for button in ("approvals.reject", "approvals.ask_information"):
        refused = await person.press(card, button)
        assert refused.view is None
        assert "Nothing was changed" in refused.private
    assert (await now_is(bot, request)).is_pending
    assert (await workspace.refreshed(card)).actions == BUTTONS


async def test_a_button_of_an_older_version(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    form = (await workspace.user("alice").press(card, "approvals.reject")).view
    press = Press(user_id="token:ci", request_id=request.id, delivery_id=f"e{next(_deliveries)}")
    terms = approval_terms(bot.settings)
    await bot.database.write(lambda tx: respond.edit(tx, press, f"{TITLE}, twice", "b" * 64, terms))
    late = await workspace.user("alice").submit(form["id"], {"approvals.comment": "no"})
    assert "You were shown an older version" in late.view_words
    _, told = await late_press(wire, request, "U0BO", card, "approvals.approve")
    assert "You were shown an older version" in told
    assert (await now_is(bot, request)).is_pending


async def test_passed_on_and_listed(bot: Bot, workspace: Workspace) -> None:
    await ask(bot)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    dave = workspace.user("dave")
    assert "Nothing waits for you" in (await dave.command(command="/approvals")).private
    await workspace.user("alice").press(card, "approvals.pass_on")
    await workspace.expect_card("was asked before and may still decide", channel=ROOM)
    theirs = await workspace.expect_card(TITLE, channel="dave")
    assert "approvals.pass_on" not in theirs.actions
    assert TITLE in (await dave.command(command="/approvals")).private
    assert "Nothing was decided yet" in (await dave.command("history", command="/approvals")).private
    await dave.press(in_dm("dave", theirs), "approvals.approve")
    await decided(workspace, "Approved", "<@U0DAVE>", rooms=(ROOM, *LEADS, "dave"))
    assert TITLE in (await dave.command("history", command="/approvals")).private
    assert "Nothing is pending" in (await dave.command("pending", command="/approvals")).private


async def test_asked_for_information(bot: Bot, workspace: Workspace) -> None:
    request = await ask(bot)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    form = (await workspace.user("alice").press(card, "approvals.ask_information")).view
    await workspace.user("alice").submit(form["id"], {"approvals.comment": "Which tests fail?"})
    await workspace.expect("Which tests fail?", channel=ROOM, reply=True)
    assert (await now_is(bot, request)).is_pending


async def test_away_and_back(bot: Bot, workspace: Workspace) -> None:
    alice = workspace.user("alice")
    assert "You are away until" in (await alice.command("away for 3d delegate @ivan", command="/approvals")).private
    await ask(bot)
    await workspace.expect_card(TITLE, channel="ivan")
    assert await workspace.find(TITLE, channel="alice") == []
    assert "Welcome back" in (await alice.command("back", command="/approvals")).private
    assert "no duration" in (await alice.command("away for ever", command="/approvals")).private
    assert "'someday' is no day like" in (await alice.command("away until someday", command="/approvals")).private
    monday = "away until Monday, delegate @ivan"
    assert "You are away until" in (await alice.command(monday, command="/approvals")).private
    assert "Write `away until" in (await alice.command("away", command="/approvals")).private


async def test_app_home_is_my_queue(bot: Bot, workspace: Workspace) -> None:
    """It shows what concerns its person, and is drawn anew when that changes, wherever it was decided."""
    alice, hana = workspace.user("alice"), workspace.user("hana")

    async def shows(person: Person, *words: str) -> None:
        async def found() -> bool:
            seen = await person.home_words()
            return all(word in seen for word in words)

        await until(found, what=f"{words} in the Home of {person.name}")

    await alice.open_home()
    await shows(alice, "Waits for your decision", "Nothing. You are asked here", "Every alert that is open")
    await hana.open_home()
    await ask(bot, by="U0HANA")
    await shows(alice, TITLE, "primary decides until")
    await shows(hana, "You asked for", TITLE)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    opened = await alice.press(None, "approvals.open")
    assert "One approval is enough" in opened.view_words
    await workspace.user("bo").press(card, "approvals.approve")
    await shows(hana, TITLE, "Approved by <@U0BO>")
    await shows(alice, "Nothing. You are asked here")
    bo = workspace.user("bo")
    await bo.open_home()
    await shows(bo, "Decided with you", TITLE)
    gus = workspace.user("gus")
    await gus.open_home()
    assert "A guest cannot see alerts" in await gus.home_words()


async def test_a_home_that_slack_refuses_for_now(bot: Bot, workspace: Workspace) -> None:
    await workspace.faults(rate_limit_next=1, retry_after_seconds=1, methods=["views.publish"])
    alice = workspace.user("alice")
    await alice.open_home()

    async def found() -> bool:
        return "Waits for your decision" in await alice.home_words()

    await until(found, what="a Home after a refusal")
    refused, shown = await workspace.calls("views.publish")
    assert (refused["ok"], shown["ok"]) == (False, True)
