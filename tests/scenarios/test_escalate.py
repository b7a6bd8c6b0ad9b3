"""`/escalate`: people ask in a form, are told what is wrong in it, and are answered truthfully."""

import copy

import pytest

from bot.sandbox.delivery import EnvelopeKind
from tests.scenarios.driver import Bot, Json, Outcome, Person, Workspace
from tests.scenarios.wire import Wire

TITLE = "Rewrite the login flow"
ROOM = "escalations"
ROLES = {
    "people": {
        "roles": {
            "tech_lead": ["@tech-leads"],
            "engineering_manager": ["@eng-managers"],
            "cto": ["frank@sandbox.example"],
        }
    }
}
ENOUGH = {
    "escalations.title": TITLE,
    "escalations.summary": "Sessions survive a password change.",
    "escalations.services": "login, sessions, billing",
    "escalations.performance": "1,5",
}


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(**ROLES) as started:
        yield started


async def opened(person: Person, text: str = "") -> Json:
    outcome = await person.command(text, command="/escalate")
    assert outcome.view, outcome.private
    return outcome.view


async def sent(person: Person, **more: object) -> Outcome:
    """A form that is filled in enough to be escalated, and sent."""
    form = await opened(person)
    return await person.submit(form["id"], {**ENOUGH, **{f"escalations.{name}": each for name, each in more.items()}})


async def escalations(bot: Bot) -> list[Json]:
    answer = await bot.api.get("/v1/escalations")
    return answer.json()["escalations"]


async def test_asked_in_a_form(bot: Bot, workspace: Workspace) -> None:
    hana = workspace.user("hana")
    done = await sent(hana)
    assert "decides until" in done.view_words
    assert "<@U0ALICE>" in done.view_words
    card = await workspace.expect_card(TITLE, "<@U0HANA>", "Sessions survive a password change.", channel=ROOM)
    assert "0.5" in card.words
    assert "nobody decides on their own request" in (await hana.press(card, "approvals.approve")).private
    await workspace.user("alice").press(card, "approvals.approve")
    await workspace.expect(TITLE, "Approved", "<@U0ALICE>", channel="hana")
    [told] = await escalations(bot)
    assert told["status"] == "approved"
    shown = (await hana.command(str(told["id"]), command="/escalate")).private
    assert "Approved" in shown
    assert "multi_service_impact 0.3" in shown


async def test_mistakes_are_told_at_their_field(bot: Bot, workspace: Workspace) -> None:
    hana = workspace.user("hana")
    form = await opened(hana, "Rewrite <the> login & more")
    assert form["state"]["values"]["escalations.title"]["escalations.title"]["value"] == "Rewrite <the> login & more"
    wrong = {"complexity": "8", "performance": "very", "flags": ["emergency"]}
    refused = await hana.submit(form["id"], {f"escalations.{name}": each for name, each in wrong.items()})
    assert refused.content["errors"] == {
        "escalations.complexity": "This should be less than or equal to 1.",
        "escalations.performance": "This is no number; write it like 0.8.",
        "escalations.emergency": "Say what the emergency is: whoever is called for it reads this first.",
    }
    blank = await hana.submit(form["id"], {**ENOUGH, "escalations.title": "   "})
    assert set(blank.content["errors"]) >= {"escalations.title"}
    assert await escalations(bot) == []


async def test_an_emergency_calls_its_approvers_at_once(bot: Bot, workspace: Workspace) -> None:
    await sent(workspace.user("hana"), flags=["emergency"], emergency="Nobody can log in.")
    await workspace.expect_card(TITLE, "Nobody can log in.", channel="frank")


async def test_not_needed_and_asked_all_the_same(bot: Bot, workspace: Workspace) -> None:
    hana = workspace.user("hana")
    form = await opened(hana)
    told = await hana.submit(form["id"], {"escalations.title": TITLE, "escalations.complexity": "0.2"})
    assert "Nobody was asked" in told.view_words
    assert "Do not escalate: the score 0 stays below the line 0.5" in told.view_words
    assert await workspace.find(TITLE, channel=ROOM) == []
    blank = await hana.submit(told.view["id"], {"escalations.override": "  "})
    assert "Say why" in blank.content["errors"]["escalations.override"]
    done = await hana.submit(told.view["id"], {"escalations.override": "The default model failed twice."})
    assert "decides until" in done.view_words
    await workspace.expect_card(TITLE, "Asked for all the same: The default model failed twice.", channel=ROOM)
    assert sorted(each["status"] for each in await escalations(bot)) == ["not_needed", "pending"]


async def test_delivered_again_it_asks_once(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    await sent(workspace.user("hana"))
    traffic = await workspace.look("traffic")
    again = [each["body"]["payload"] for each in traffic if each["method"] == "interactive"][-1]
    assert again["type"] == "view_submission"
    await wire.deliver(EnvelopeKind.INTERACTIVE, copy.deepcopy(again))
    assert len(await escalations(bot)) == 1
    other = copy.deepcopy(again)
    other["view"]["state"]["values"]["escalations.title"]["escalations.title"]["value"] = "Something else"
    ack = await wire.deliver(EnvelopeKind.INTERACTIVE, other)
    assert "This form was sent before with other words" in str(ack)
    assert len(await escalations(bot)) == 1


async def test_nobody_could_approve(start_bot, workspace: Workspace) -> None:
    async with start_bot(people={"roles": {"tech_lead": ["hana@sandbox.example"]}}) as bot:
        refused = await sent(workspace.user("hana"))
        assert "nobody besides the requester's side could" in refused.content["errors"]["escalations.title"]
        assert await escalations(bot) == []


async def test_who_may_not_ask_and_what_is_not_there(bot: Bot, workspace: Workspace) -> None:
    refused = await workspace.user("gus").command(command="/escalate")
    assert refused.view is None
    assert "A guest cannot ask for the stronger model" in refused.private
    hana = workspace.user("hana")
    assert "There is no escalation 77" in (await hana.command("77", command="/escalate")).private
    assert "How to use /escalate" in (await hana.command("help", command="/escalate")).private


async def test_changed_by_its_requester(bot: Bot, workspace: Workspace) -> None:
    hana = workspace.user("hana")
    await sent(hana)
    card = await workspace.expect_card(TITLE, channel=ROOM)
    await hana.press(card, "approvals.open")
    form = (await hana.press(None, "escalations.edit")).view
    same = await hana.submit(form["id"], {})
    assert "It says the same as before" in same.view_words
    await hana.press(card, "approvals.open")
    form = (await hana.press(None, "escalations.edit")).view
    await hana.submit(
        form["id"], {"escalations.title": "Rewrite half of it", "escalations.summary": "Only the tokens."}
    )
    changed = await workspace.expect_card("Rewrite half of it", "Only the tokens.", "version 2", channel=ROOM)
    assert changed.ts == card.ts
    await workspace.expect("The request was changed", channel="alice")
    await workspace.user("alice").press(changed, "approvals.approve")
    await workspace.expect("Rewrite half of it", "Approved", channel="hana")


async def test_a_fallback_stands_on_the_card(bot: Bot, workspace: Workspace) -> None:
    await sent(workspace.user("hana"))
    card = await workspace.expect_card(TITLE, channel=ROOM)
    await workspace.user("alice").press(card, "approvals.approve")
    await workspace.expect_card(TITLE, "To be used until", channel=ROOM)
    [told] = await escalations(bot)
    assert (await bot.api.post(f"/v1/escalations/{told['id']}/execute", json={})).status_code == 200
    await workspace.expect_card(TITLE, "Execution: started", channel=ROOM)
    report = {"status": "succeeded", "outcome": "failed_validation", "fell_back": True, "detail": "Two tests failed."}
    assert (await bot.api.post(f"/v1/escalations/{told['id']}/execution", json=report)).status_code == 200
    fell_back = "Execution: fell back to the default (failed validation), and succeeded"
    await workspace.expect_card(TITLE, fell_back, "Two tests failed.", channel=ROOM)
