"""An alert that comes and goes: its card says so, its thread is told once."""

from tests.scenarios.driver import NAME, Bot, Workspace

MINUTE = 60


async def test_said_on_the_card_once_in_the_thread_and_over_when_it_calms(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    for _ in range(2):
        await workspace.advance(MINUTE)
        await bot.resolve()
        await workspace.expect_card("✅ Resolved: ")
        await workspace.advance(MINUTE)
        await bot.fire()
        await workspace.expect_card("🟠 High: ")
    shown = await workspace.expect_card("flapping: 5 changes in 4 min")
    assert shown.ts == card.ts
    note = await workspace.expect("〰️ Flapping: ", "4 changes in 3 min", reply=True)
    assert note.thread_ts == card.ts
    await bot.settled()
    assert len(await workspace.find("Fires again")) == 1
    await workspace.advance(31 * MINUTE)
    await workspace.expect("No longer flapping, and it fires: ", NAME, reply=True)
    await bot.settled()
    assert "flapping" not in (await workspace.refreshed(card)).words
    assert len(await workspace.find("〰️ Flapping: ")) == 1
