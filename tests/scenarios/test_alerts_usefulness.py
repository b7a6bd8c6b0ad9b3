"""After the fact: the card of what is over asks everybody once whether it was useful."""

from tests.scenarios.driver import NAME, Bot, Workspace
from tests.scenarios.wire import Wire, judgements

SUBJECT = "glm-4.5"


async def over(bot: Bot, workspace: Workspace):
    await bot.fire()
    assert "alerts.useful" not in (await workspace.expect_card(NAME)).actions
    await bot.resolve()
    return await workspace.expect_card("Resolved: ", "Was this alert useful?")


async def test_each_person_says_it_once_and_may_change_their_mind(bot: Bot, workspace: Workspace) -> None:
    card = await over(bot, workspace)
    erin, ivan = workspace.user("erin"), workspace.user("ivan")
    edits = len(await workspace.calls("chat.update"))
    assert "You called this alert useful" in (await erin.press(card, "alerts.useful")).private
    assert "not useful" in (await ivan.press(card, "alerts.not_useful")).private
    assert await judgements(bot, SUBJECT) == {"U0ERIN": True, "U0IVAN": False}
    assert "useful already. Nothing was changed" in (await erin.press(card, "alerts.useful")).private
    assert "Changed: you now call this alert not useful" in (await erin.press(card, "alerts.not_useful")).private
    assert await judgements(bot, SUBJECT) == {"U0ERIN": False, "U0IVAN": False}
    await bot.settled()
    assert len(await workspace.calls("chat.update")) == edits, "what others said would sway whoever is asked next"


async def test_the_modal_asks_too_and_the_timeline_tells(bot: Bot, workspace: Workspace) -> None:
    card = await over(bot, workspace)
    hana = workspace.user("hana")
    opened = await hana.press(card, "alerts.timeline")
    assert "Was this alert useful?" in opened.view_words
    answered = await hana.press(None, "alerts.useful")
    assert "Thank you" in answered.view_words
    assert "<@U0HANA>   called it useful" in answered.view_words


async def test_a_press_that_slack_delivers_twice_counts_once(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    card = await over(bot, workspace)
    value = next(each["value"] for block in card.blocks for each in block.get("elements", []) if "value" in each)
    action = {"action_id": "alerts.useful", "value": value, "action_ts": "1700000000.000001"}
    assert "Thank you" in (await wire.press("U0ERIN", card, action))[1]
    assert (await wire.press("U0ERIN", card, action))[1] == ""
    _, told = await wire.press("U0ERIN", card, {"action_id": "alerts.useful", "value": "999999"})
    assert "not in my records any more" in told
    assert await judgements(bot, SUBJECT) == {"U0ERIN": True}


async def test_what_fires_again_is_asked_about_again_later(bot: Bot, workspace: Workspace) -> None:
    card = await over(bot, workspace)
    await bot.fire()
    again = await workspace.expect_card("🟠 High: ")
    assert again.ts == card.ts
    assert "Was this alert useful?" not in again.words
