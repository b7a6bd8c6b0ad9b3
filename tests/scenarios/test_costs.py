"""`/cost` in Slack: every word of it, the picture behind it, and the daily digest."""

import asyncio
from datetime import timedelta

import pytest

from tests.scenarios.driver import Bot, Workspace, until
from tests.scenarios.test_alerts_permissions import PERSONAS, STRICT, Persona
from tests.scenarios.wire import Wire

COMMAND = "/cost"
DAY = 24 * 3600.0


async def send(bot: Bot, *calls: dict) -> None:
    now = bot.database.clock.now()
    told = [
        {
            "id": f"c{number}-{now.timestamp()}",
            "at": (now - timedelta(minutes=1 + call.pop("minutes_ago", 0))).isoformat(),
            "model": "glm-4.5",
            "provider": "z_ai",
            "duration_seconds": 1.5,
            "input_tokens": 1_000_000,
            "output_tokens": 0,
            "status_code": 200,
            **call,
        }
        for number, call in enumerate(calls)
    ]
    answer = await bot.api.post("/v1/telemetry/calls", json=told)
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == len(told), answer.text


async def asked(workspace: Workspace, text: str = "", person: str = "erin"):
    return await workspace.user(person).command(text, command=COMMAND)


async def told(workspace: Workspace, text: str, *words: str) -> str:
    """The answer, once all of the words stand in it: calls count within a second or two."""

    async def answer() -> str | None:
        said = (await asked(workspace, text)).private
        return said if all(word in said for word in words) else None

    return await until(answer, what=f"{COMMAND} {text} with {words}")


async def test_with_nothing_spent_every_word_answers(bot: Bot, workspace: Workspace) -> None:
    assert "$0 today, $0 of $1,500 this month" in (await asked(workspace)).private
    assert "No call is known of this time" in (await asked(workspace, "by model")).private
    assert "daily" in (await asked(workspace, "budget")).private
    assert "No cost control is active or proposed" in (await asked(workspace, "controls")).private
    assert "Nothing is known yet" in (await asked(workspace, "optimise")).private
    assert "How to use /cost" in (await asked(workspace, "help")).private


async def test_the_first_glance(bot: Bot, workspace: Workspace) -> None:
    await send(bot, {"role": "critic"}, {"role": "architect"}, {"model": "unheard-of", "input_tokens": 3_000_000})
    said = await told(workspace, "", "$1.20 today")
    assert "$1.20 of $50.00 (2 %)" in said
    assert "model glm-4.5" in said
    assert "role critic" in said
    assert "Unpriced this month, in no sum: 1 calls with 3.0 M tokens (unheard-of)" in said
    assert "Add prices for unheard-of" in said


async def test_the_picture_follows_in_private(bot: Bot, workspace: Workspace) -> None:
    assert (await asked(workspace)).private

    async def picture():
        shown = (await workspace.state())["ephemeral"]
        return [each for each in shown if any(block["type"] == "image" for block in each["message"].get("blocks", []))]

    [shown] = await until(picture)
    assert "so far" in shown["message"]["text"]
    assert shown["user"] == "U0ERIN"
    assert not await workspace.find("so far")
    # A picture that is a minute old serves the next one, too.
    uploads = len(await workspace.calls("files.getUploadURLExternal"))
    assert (await asked(workspace, person="bo")).private

    async def both():
        return len(await picture()) == 2

    await until(both)
    assert len(await workspace.calls("files.getUploadURLExternal")) == uploads


async def test_without_pictures_the_text_stands(bot: Bot, workspace: Workspace) -> None:
    await workspace.faults(error_share=1.0, error="internal_error", methods=["files.getUploadURLExternal"])
    workspace.provoked |= {"internal_error"}
    assert "today" in (await asked(workspace)).private

    async def refused():
        return await workspace.calls("files.getUploadURLExternal", ok=False)

    await until(refused)
    await workspace.faults()
    assert "today" in (await asked(workspace)).private


async def test_told_apart(bot: Bot, workspace: Workspace) -> None:
    await send(
        bot,
        {"team": "search", "role": "critic"},
        {"team": "checkout", "provider": "openrouter", "input_tokens": 3_000_000},
    )
    said = await told(workspace, "by team", "$2.40")
    assert said.index("checkout") < said.index("search")
    assert "75 %" in said
    assert "openrouter" in await told(workspace, "by provider today", "$2.40")
    assert "not told" in await told(workspace, "by role 7d", "$2.40")
    assert "No call is known of this time" in (await asked(workspace, "by model last month")).private


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("by", ("by model", "or by role, team or provider")),
        ("by modle", ("I cannot tell cost apart by", "Did you mean /cost by model?")),
        ("by model yesterdy", ("is no period", "Did you mean yesterday?")),
        ("by model <!here>", ("is no period", "2026-10")),
        ("budget rais", ("For a while more, write", "/cost budget raise daily 80 for 6h")),
        ("budget raise daily 80 for ever because x", ("no duration", "For a while more")),
        ("budget raise dayly 80 for 6h because x", ("There is no budget dayly; did you mean daily?",)),
        ("budget raise daily 8 for 6h because x", ("is $50 already",)),
        ("optimize", ("Did you mean /cost optimise?",)),
        ("xyzzy", ("I do not know", "/cost help")),
    ],
)
async def test_what_was_not_understood_is_helped_with(bot: Bot, workspace: Workspace, text, words) -> None:
    said = (await asked(workspace, text)).private
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=list(PERSONAS))
async def test_who_may_look(start_bot, workspace: Workspace, wire: Wire, persona: Persona) -> None:
    async with start_bot(**STRICT):
        for text in ("", "by model", "budget", "controls", "optimise", "help"):
            ack = await wire.command(persona.user_id, text, command=COMMAND, team_id=persona.team_id)
            said = str(ack.payload)
            assert ack.acknowledged
            assert ("blocks" in (ack.payload or {})) == persona.may_view, said
            assert persona.may_view or persona.refused in said
        await asyncio.sleep(0)


async def test_the_day_is_told_once(start_bot, workspace: Workspace) -> None:
    async with start_bot(reports={"cost_digest": True}) as bot:
        await send(bot, {"role": "critic"})
        await workspace.advance(DAY)
        digest = await workspace.expect_card("💰 Cost of ")
        assert "The month will end" in digest.words
        assert "What to do" in digest.words
        await bot.settled()
    async with start_bot(reports={"cost_digest": True}) as bot:
        await bot.settled()
        assert len(await workspace.find("💰 Cost of ")) == 1
        await workspace.advance(DAY)

        async def two():
            return len(await workspace.find("💰 Cost of ")) == 2

        await until(two)
