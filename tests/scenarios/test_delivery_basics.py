"""The thin path, told as a story: an alert becomes a card, a press changes it, its end is shown."""

from tests.scenarios.driver import Bot, Workspace


async def test_alert_is_shown_taken_and_resolved(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card("High: HighErrorRate on glm-4.5")
    taken = await workspace.user("hana").press(card, "alerts.acknowledge")
    assert taken.acknowledged
    card = await workspace.expect_card("Acknowledged: HighErrorRate", "<@U0HANA>")
    await bot.resolve()
    await workspace.expect_card("Resolved: HighErrorRate")
    await bot.settled()
    assert len(await workspace.messages()) == 1
