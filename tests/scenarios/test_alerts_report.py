"""The weekly noise report, told in its channel and on request."""

from tests.scenarios.driver import NAME, Bot, Workspace

DAY = 24 * 3600.0


async def test_the_week_is_told_once_after_the_alerts(start_bot, workspace: Workspace) -> None:
    async with start_bot(reports={"noise_day": "monday"}) as bot:
        await bot.fire()
        card = await workspace.expect_card(NAME)
        await workspace.user("hana").press(card, "alerts.acknowledge")
        await bot.resolve()
        card = await workspace.expect_card("Resolved: ")
        await workspace.user("ivan").press(card, "alerts.useful")
        await workspace.advance(7 * DAY)
        report = await workspace.expect_card("📊 Alerts of the week", "1 alert group, 1 alert", NAME)
        assert "100 % of 1 answers" in report.words
        assert "Leave it as it is for now" in report.words
        await bot.settled()
    async with start_bot(reports={"noise_day": "monday"}) as bot:
        await bot.settled()
        assert len(await workspace.find("📊 Alerts of the week")) == 1
        await workspace.advance(7 * DAY)
        await workspace.expect_card("📊 Alerts of the week", "All quiet: no alert was told")


async def test_anybody_may_ask_for_it(bot: Bot, workspace: Workspace) -> None:
    assert "All quiet: no alert was told" in (await workspace.user("erin").command("report")).private
    await bot.fire()
    await workspace.expect_card(NAME)
    said = (await workspace.user("erin").command("report")).private
    assert "1 alert group, 1 alert" in said
    assert NAME in said
    assert "nobody said" in said
    assert "late" not in said
