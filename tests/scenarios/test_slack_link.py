"""The way in from Slack: a socket that is refused or lost, and no HTTP mode in which anybody is believed."""

import asyncio

import pytest

from bot.errors import SettingsError
from tests.scenarios.driver import NAME, Bot, Workspace, until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def link_stands(bot: Bot) -> bool:
    _, wrong = await bot.ready()
    return "slack_link" not in wrong


async def test_start_while_sockets_are_refused(start_bot, workspace: Workspace) -> None:
    """Senders are served meanwhile, and the link comes by itself."""
    await workspace.faults(refuse_websocket=True)
    async with start_bot() as bot:
        assert not await link_stands(bot)
        await bot.fire()
        card = await workspace.expect_card(NAME)
        await workspace.faults()
        await until(lambda: link_stands(bot), 15, "the link stands")
        assert (await workspace.user("hana").press(card, "alerts.acknowledge")).acknowledged


async def test_lost_and_refused_then_well_again(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card(NAME)
    await workspace.faults(refuse_websocket=True)
    await workspace.faults(refuse_websocket=True, disconnect="refresh_requested")

    async def is_down() -> bool:
        return not await link_stands(bot)

    # The old connection is heard until Slack closes it, some ten seconds after it has asked for another one.
    await until(is_down, 25, "the loss is seen")
    # Long enough for the address at hand, good for one try, to be used up.
    await asyncio.sleep(2.5)
    await workspace.faults()
    await until(lambda: link_stands(bot), 15, "the link stands")
    assert (await workspace.user("hana").press(card, "alerts.acknowledge")).acknowledged
    await workspace.expect_card("Acknowledged: ")


async def test_refused_for_too_long_ends_the_process(start_bot, workspace: Workspace) -> None:
    """A supervisor starts it anew, perhaps where the network is better."""
    await workspace.faults(refuse_websocket=True)
    async with start_bot(slack={"give_up_after": "3s"}) as bot:

        async def ended() -> str:
            return bot.running.ended

        assert "stayed down" in await until(ended, 15, "riskbot gives up")
        assert bot.running.stop.is_set()


async def test_http_mode_without_a_secret_does_not_start(start_bot) -> None:
    """Every request would have to be believed."""
    with pytest.raises(SettingsError, match="signing_secret is not set"):
        async with start_bot(slack={"mode": "http", "signing_secret": ""}):
            pass
