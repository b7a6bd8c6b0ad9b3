"""The demo's people decide on tasks: each step may be played again after a kill, and a visitor who was faster wins."""

import httpx
import pytest

from bot.demo.askers import Askers
from bot.demo.people import ROLES
from bot.demo.requests import CHANNEL, Ask, Decide, Edit, Run, requests
from tests.scenarios.driver import until

STEPS = sorted(requests(0), key=lambda step: step.minute)


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(people={"roles": ROLES}) as started:
        yield started


@pytest.fixture
async def askers(bot, workspace):
    async with httpx.AsyncClient(base_url=workspace.server.control_url, trust_env=False) as controls:
        yield Askers(bot.api, controls)


def steps_on(name):
    """The steps about one task, by the end of its id."""
    task = next(each.task for each in STEPS if isinstance(each, Ask) and each.task["task_id"].endswith(name))
    about = (task["task_id"], task["title"])
    mine = [each for each in STEPS if (each.title if isinstance(each, Decide) else each.task["task_id"]) in about]
    return task["title"], mine


async def play(askers, steps):
    for step in steps:
        await askers.perform(step)


async def states(bot):
    return (await bot.api.get("/v1/escalations")).json()["escalations"]


async def test_nobody_answers_then_the_second_tier_approves_and_it_is_executed_once(bot, workspace, askers):
    title, steps = steps_on("critical")
    await play(askers, steps[:1])
    await workspace.expect_card(title, channel=CHANNEL)
    await workspace.advance(16 * 60)
    await workspace.expect("Still waits", title, channel=CHANNEL)
    await workspace.advance(15 * 60)
    await workspace.expect("Now asked as well", title, channel=CHANNEL)
    # Killed anywhere and started again, it may play any step a second time.
    await play(askers, steps[1:])
    await play(askers, steps)
    [state] = await states(bot)
    assert (state["status"], state["decided_by"], state["tier"]) == ("approved", "U0DAVE", 2)
    assert (state["execution"]["status"], state["execution"]["outcome"]) == ("succeeded", "validated")
    await workspace.expect("Executed: ", "passed validation", channel=CHANNEL)


async def test_an_emergency_falls_back_and_a_waste_is_rejected_with_a_reason(bot, workspace, askers):
    emergency, steps = steps_on("emergency")
    await play(askers, steps[:1])
    await workspace.expect_card(emergency, channel=CHANNEL)
    await play(askers, [*steps[1:], *steps])
    await workspace.expect("Fell back: ", "enhanced configuration", channel=CHANNEL)
    waste, steps = steps_on("refused")
    await play(askers, steps[:1])
    await workspace.expect_card(waste, channel=CHANNEL)
    await play(askers, [*steps[1:], *steps])
    newest, oldest = await states(bot)
    assert (newest["status"], newest["decided_by"]) == ("rejected", "U0CAROL")
    assert "Too dear" in newest["comment"]
    assert (oldest["decided_by"], oldest["execution"]["fell_back"]) == ("U0FRANK", True)


async def test_what_a_visitor_has_decided_stays_decided(bot, workspace, askers):
    title, steps = steps_on("critical")
    await play(askers, steps[:1])
    card = await workspace.expect_card(title, channel=CHANNEL)
    alice = workspace.user("alice")

    async def form():
        # A starved machine may let the trigger lapse, and a person presses again.
        return (await alice.press(card, "approvals.reject")).view

    view = await until(form, what="the form that asks why")
    await alice.submit(view["id"], {"approvals.comment": "Not today."})
    await play(askers, steps[1:])
    [state] = await states(bot)
    assert (state["status"], state["decided_by"], state.get("execution")) == ("rejected", "U0ALICE", None)


async def test_a_request_is_left_to_the_visitor_for_minutes(bot, workspace, askers):
    """No step of the story decides on it; an edit gives it a second life, also when it is played twice."""
    _title, steps = steps_on("open")
    assert [type(each) for each in steps] == [Ask, Edit]
    await play(askers, [*steps, *steps])
    [state] = await states(bot)
    assert state["status"] == "pending"
    card = await workspace.expect_card(steps[1].changes["title"], channel=CHANNEL)
    assert "it waits for you" in card.words
    assert not any(isinstance(each, Run | Decide) for each in steps_on("next")[1])
