"""An alert's life in Slack: told, taken, given back, handed over, ended, and back again."""

import asyncio
import re

from tests.scenarios.driver import NAME, Bot, Message, Workspace

HOUR = 3600.0


async def test_a_card_waits_for_more_and_shows_what_joins(start_bot, workspace: Workspace) -> None:
    async with start_bot(alerts={"group_wait": "1m", "group_interval": "1m"}) as bot:
        await bot.fire(role="architect")
        await asyncio.sleep(0.3)
        assert await workspace.messages() == []
        await bot.fire(role="critic")
        await workspace.advance(60)
        card = await workspace.expect_card(f"High: {NAME} on glm-4.5 (2 alerts)", "role=architect", "role=critic")
        assert "nobody yet" in card.words
        await bot.fire(role="implementer")
        await bot.settled()
        assert "role=implementer" not in (await workspace.refreshed(card)).words
        await workspace.advance(60)
        shown = await workspace.expect_card("(3 alerts)", "role=implementer")
        assert shown.ts == card.ts
        assert len(await workspace.messages()) == 1


async def test_worse_is_told_at_once(start_bot, workspace: Workspace) -> None:
    async with start_bot(alerts={"group_interval": "1h"}) as bot:
        await bot.fire(severity="high")
        card = await workspace.expect_card("High: ")
        await bot.fire(severity="critical")
        assert (await workspace.expect_card("🔴 Critical: ")).ts == card.ts
        await bot.fire(severity="low")
        await bot.settled()
        assert "Critical" in (await workspace.refreshed(card)).text
        await workspace.advance(HOUR)
        await workspace.expect_card("🔵 Low: ")


async def test_taken_given_back_and_taken_again(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    hana, ivan = workspace.user("hana"), workspace.user("ivan")
    taken = await hana.press(card, "alerts.acknowledge")
    assert taken.acknowledged
    assert taken.private == ""
    card = await workspace.expect_card("👀 Acknowledged: ", "Who has it", "<@U0HANA>")
    usual = ["alerts.unacknowledge", "alerts.assign", "alerts.resolve"]
    assert card.actions == [*usual, "silences.open", "alerts.timeline"]
    assert (await ivan.press(card, "alerts.unacknowledge")).private == ""
    card = await workspace.expect_card("🟠 High: ", "nobody yet")
    assert "alerts.acknowledge" in card.actions
    await ivan.press(card, "alerts.acknowledge")
    await workspace.expect_card("Acknowledged: ", "<@U0IVAN>")
    [alert] = await bot.alerts()
    assert (alert["status"], alert["acknowledged_by"]) == ("acknowledged", "U0IVAN")


async def test_handed_over_by_a_direct_message(bot: Bot, workspace: Workspace) -> None:
    await bot.fire(severity="critical")
    card = await workspace.expect_card(NAME)
    hana, ivan = workspace.user("hana"), workspace.user("ivan")
    assert (await hana.press(card, "alerts.assign", value="U0IVAN")).private == ""
    told = await workspace.expect("gave you", f"{NAME} on glm-4.5", "critical", channel="ivan")
    told = Message("D0IVAN", told.content)
    card = await workspace.expect_card("🔴 Critical: ", "<@U0IVAN>, not acknowledged yet")
    assert "has it already" in (await hana.press(card, "alerts.assign", value="U0IVAN")).private
    answered = await ivan.press(told, "alerts.acknowledge")
    assert "Done" in answered.private
    await workspace.expect_card("Acknowledged: ", "<@U0IVAN>, until")
    assert "You have acknowledged this already" in (await ivan.press(told, "alerts.acknowledge")).private
    opened = await ivan.press(told, "alerts.timeline")
    assert "assigned it to   <@U0IVAN>" in opened.view_words


async def test_who_takes_it_for_themselves_is_not_written_to(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await workspace.user("ivan").press(card, "alerts.assign", value="U0IVAN")
    await workspace.expect_card("<@U0IVAN>, not acknowledged yet")
    await bot.settled()
    assert await workspace.messages("ivan") == []


async def test_only_full_members_are_given_alerts(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    for person, who in (("U0GUS", "A guest"), ("U0ZOE", "A deactivated member"), ("U0RISKBOT", "An app")):
        refused = await workspace.user("hana").press(card, "alerts.assign", value=person)
        assert f"{who} cannot be given an alert" in refused.private
    assert "nobody yet" in (await workspace.refreshed(card)).words


async def test_ended_by_a_person_and_told_by_its_sender_that_it_goes_on(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    confirm = [each.get("confirm") for block in card.blocks for each in block.get("elements", [])]
    assert any(each and "fire again" in each["text"]["text"] for each in confirm)
    await workspace.user("hana").press(card, "alerts.resolve")
    card = await workspace.expect_card("✅ Resolved: ", "by <@U0HANA>")
    assert re.search(r"lasted \d+ s", card.words)
    assert card.actions == ["alerts.useful", "alerts.not_useful", "alerts.timeline"]
    await bot.fire()
    again = await workspace.expect_card("🟠 High: ", "fired 2 times")
    assert again.ts == card.ts


async def test_fires_again_within_the_window_goes_on_in_its_card(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await workspace.user("hana").press(card, "alerts.acknowledge")
    await bot.resolve()
    await workspace.expect_card("✅ Resolved: ", "by its sender")
    await workspace.advance(29 * 60)
    await bot.fire()
    again = await workspace.expect_card("🟠 High: ", "fired 2 times", "nobody yet")
    assert again.ts == card.ts
    note = await workspace.expect("🔁 Fires again: ", NAME, "2 times now", reply=True)
    assert note.thread_ts == card.ts
    assert note.content["subtype"] == "thread_broadcast"


async def test_fires_again_after_the_window_in_a_new_card(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await bot.resolve()
    await workspace.expect_card("✅ Resolved: ")
    await workspace.advance(31 * 60)
    await bot.fire()
    again = await workspace.expect_card("🟠 High: ")
    assert again.ts != card.ts
    assert "Resolved" in (await workspace.refreshed(card)).text
    assert await workspace.find("Fires again") == []


async def test_an_acknowledgement_runs_out(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await workspace.user("hana").press(card, "alerts.acknowledge")
    await workspace.expect_card("Acknowledged: ")
    await workspace.advance(4 * HOUR - 60)
    await asyncio.sleep(0.3)
    assert "Acknowledged" in (await workspace.refreshed(card)).text
    await workspace.advance(61)
    card = await workspace.expect_card("🟠 High: ", "nobody yet")
    note = await workspace.expect("<@U0HANA>", "your acknowledgement of", "ran out", reply=True)
    assert note.content["subtype"] == "thread_broadcast"
    assert "alerts.acknowledge" in card.actions


async def test_nobody_takes_it_so_it_is_said_again(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    for hours in (4, 8):
        await workspace.advance(4 * HOUR + 5)
        note = await workspace.expect("⏰ Still firing and nobody has it: ", f"for {hours} h now", reply=True)
        assert note.thread_ts == card.ts
    await workspace.user("hana").press(await workspace.refreshed(card), "alerts.acknowledge")
    await workspace.expect_card("Acknowledged: ")
    await workspace.advance(3 * HOUR)
    await bot.resolve()
    await workspace.expect_card("Resolved: ")
    await workspace.advance(9 * HOUR)
    await bot.settled()
    assert len(await workspace.find("Still firing")) == 2


async def test_over_before_it_was_told_is_told_all_the_same(start_bot, workspace: Workspace) -> None:
    async with start_bot(alerts={"group_wait": "700ms"}) as bot:
        await bot.fire()
        await bot.resolve()
        assert await workspace.messages() == []
        card = await workspace.expect_card("✅ Resolved: ", "by its sender")
        await workspace.advance(9 * HOUR)
        await bot.settled()
        assert [each.ts for each in await workspace.messages()] == [card.ts]


async def test_more_join_what_somebody_has(bot: Bot, workspace: Workspace) -> None:
    await bot.fire(role="architect")
    card = await workspace.expect_card(NAME)
    await workspace.user("hana").press(card, "alerts.acknowledge")
    await workspace.expect_card("Acknowledged: ")
    await bot.fire(role="critic")
    card = await workspace.expect_card("🟠 High: ", "<@U0HANA>, but more joined", "1 firing, 1 acknowledged")
    assert {"alerts.acknowledge", "alerts.unacknowledge"} <= set(card.actions)
    note = await workspace.expect("<@U0HANA>", "1 more alert joined this group", reply=True)
    assert "subtype" not in note.content
    await workspace.user("ivan").press(card, "alerts.acknowledge")
    await workspace.expect_card("Acknowledged: ", "<@U0IVAN>")
