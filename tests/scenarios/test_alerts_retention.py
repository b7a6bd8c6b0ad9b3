"""Months later: riskbot has forgotten what was over, and says so to whoever still presses a button."""

from bot.services.alerts.prune import AlertPruner
from tests.scenarios.driver import Bot, Workspace

MONTHS = 100 * 24 * 3600.0


async def test_a_button_of_what_is_gone_says_that_it_is(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card("High: HighErrorRate")
    await bot.resolve()
    over = await workspace.expect_card("Resolved: HighErrorRate")
    await bot.settled()
    await workspace.advance(MONTHS)
    assert await AlertPruner(bot.database, bot.settings.alerts).prune() == 2
    for action in ("alerts.timeline", "alerts.useful"):
        answer = await workspace.user("hana").press(over, action)
        assert answer.acknowledged
        assert "not in my records any more" in answer.private
    assert (await workspace.refreshed(card)).text == over.text
    await bot.fire()
    await workspace.expect_card("High: HighErrorRate")
    assert len(await workspace.messages()) == 2
