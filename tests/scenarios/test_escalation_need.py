"""Was it needed? Asked in Slack an hour after, answered with a press, and learnt from."""

from datetime import timedelta

import pytest

from bot.services.escalations import need
from bot.services.escalations.need import NeedPress
from riskengine.areas.escalation import Need
from tests.scenarios.driver import Bot, Workspace, until
from tests.scenarios.test_escalations_api import TASK, ask, press

QUESTION = "Was it needed?"
ALIKE = {"role": "architect", "task_type": "refactoring"}
NEEDED, UNNEEDED = "escalations.needed", "escalations.unneeded"


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(people={"roles": {"tech_lead": ["@tech-leads"]}}) as started:
        yield started


async def judge(bot: Bot, escalation: dict, said: Need) -> None:
    """As the question's button does."""
    approver = escalation["tiers"][0]["approvers"][0]
    press = NeedPress(user_id=approver, escalation_id=escalation["id"], delivery_id=f"n{escalation['id']}")
    answer = await bot.database.write(lambda tx: need.judge(tx, press, said, timedelta(minutes=5)))
    assert answer.changed, answer.text


async def test_asked_answered_changed_and_refused(bot: Bot, workspace: Workspace) -> None:
    asked = await ask(bot, TASK)
    await workspace.expect_card(TASK["title"], channel="escalations")
    await press(bot, asked)
    approver = asked["tiers"][0]["approvers"][0]
    await workspace.advance(3601)
    note = await workspace.expect(QUESTION, channel="escalations", reply=True)
    mine = await workspace.expect(QUESTION, channel=approver.removeprefix("U0").lower())
    assert note.actions == mine.actions == [NEEDED, UNNEEDED]
    assert "Nobody reported that it was executed" in mine.words
    stranger = await workspace.user("hana").press(note, NEEDED)
    assert "for its approvers to say, and you are none of them" in stranger.private

    def shows(*words: str):
        async def shown() -> bool:
            return bool(await workspace.find(QUESTION, *words, channel="escalations"))

        return shown

    who = workspace.user("bo")
    await who.press(note, NEEDED)
    await until(shows("👍", "<@U0BO>", " says "), what="the answer on the question")
    assert "You have said so already" in (await who.press(note, NEEDED)).private
    await who.press(note, UNNEEDED)
    await until(shows("👎", "<@U0BO>", " says "), what="the last answer")
    row = (await bot.api.get(f"/v1/escalations/{asked['id']}")).json()
    assert [each["event"] for each in row["timeline"]][-2:] == [
        "escalation_called_needed",
        "escalation_called_unneeded",
    ]


async def test_what_was_unneeded_marks_the_next_one_review_first(bot: Bot, workspace: Workspace) -> None:
    for _ in range(5):
        asked = await ask(bot, TASK | ALIKE)
        await press(bot, asked)
        await judge(bot, asked, Need.UNNEEDED)
    decided = (await bot.api.post("/v1/escalations/decide", json=TASK | ALIKE)).json()
    assert decided["review_first"]
    assert "5 of 5" in decided["warnings"][0]["detail"]
    assert not (await bot.api.post("/v1/escalations/decide", json=TASK)).json()["review_first"]
    assert (await ask(bot, TASK | ALIKE))["decision"]["review_first"]
    await workspace.expect_card("Review first", "5 of 5", channel="escalations")


async def test_what_failed_without_an_escalation_is_told(bot: Bot) -> None:
    small = {"task_id": "t9", "title": "Mend a typo", **ALIKE}
    outcomes = [
        {
            "id": f"o{number}",
            "at": "2026-01-01T00:00:00Z",
            "task_id": f"t{number}",
            "model": "glm-4.5",
            "completed": False,
            "escalated": False,
            **ALIKE,
        }
        for number in range(6)
    ]
    now = bot.database.clock.now().isoformat()
    told = await bot.api.post("/v1/telemetry/tasks", json=[each | {"at": now} for each in outcomes])
    assert told.json()["accepted"] == 6
    warnings = (await bot.api.post("/v1/escalations/decide", json=small)).json()["warnings"]
    assert [each["kind"] for each in warnings] == ["probable_false_negative"]
    assert "6 of 6" in warnings[0]["detail"]
