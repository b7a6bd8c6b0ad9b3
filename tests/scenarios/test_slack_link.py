"""The way in from Slack: a socket that is refused, lost or silent, and signed requests where there is none."""

import asyncio
import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from bot.clock import Clock
from bot.errors import SettingsError
from bot.sandbox.constants import SIGNING_SECRET
from bot.slack.errors import SlackError
from tests.scenarios.driver import NAME, Bot, Workspace, until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EVENTS = "/slack/events"
HTTP = {"mode": "http"}


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

    await until(is_down, 10, "the loss is seen")
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


async def test_presses_and_commands_over_signed_http(start_bot, workspace: Workspace) -> None:
    async with start_bot(slack=HTTP) as bot:
        await workspace.control("delivery", request_url=f"http://127.0.0.1:{bot.running.port}{EVENTS}", verify=True)
        await bot.fire()
        card = await workspace.expect_card(NAME)
        assert (await workspace.user("hana").press(card, "alerts.acknowledge")).acknowledged
        await workspace.expect_card("Acknowledged: ", "<@U0HANA>")
        assert "1 acknowledged" in (await workspace.user("hana").command()).private


def signed(body: bytes, *, secret: str = SIGNING_SECRET, age_seconds: float = 0) -> dict[str, str]:
    at = f"{Clock().protocol_now().timestamp() - age_seconds:.0f}"
    digest = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}


async def test_whoever_is_not_slack_is_not_heard(start_bot) -> None:
    command = {"command": "/alerts", "text": "help", "user_id": "U0HANA", "team_id": "T0SANDBOX"}
    body = urlencode(command).encode()
    async with start_bot(slack=HTTP) as bot:

        async def status(headers: dict[str, str]) -> int:
            return (await bot.api.post(EVENTS, content=body, headers=headers)).status_code

        once = signed(body)
        assert await status(once) == 200
        assert await status(once) == 401, "heard a second time"
        assert await status(signed(body, age_seconds=301)) == 401
        assert await status(signed(body, age_seconds=-301)) == 401
        assert await status(signed(body, secret="guessed")) == 401
        assert await status(signed(body, secret="unused in Socket Mode")) == 401
        assert await status({**signed(body), "X-Slack-Request-Timestamp": "soon"}) == 401
        assert await status({**signed(body), "X-Slack-Signature": ""}) == 401
        large = {**signed(body), "Content-Length": "9" * 5_000}
        assert (await raw(bot, large)).startswith(b"HTTP/1.1 4")


async def raw(bot: Bot, headers: dict[str, str]) -> bytes:
    """The first line of the answer to a request that no client library would send."""
    url = bot.api.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    lines = [f"POST {EVENTS} HTTP/1.1", "Host: riskbot", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    return answer


async def test_http_mode_without_a_secret_does_not_start(start_bot) -> None:
    """Every request would have to be believed."""
    with pytest.raises(SettingsError, match="signing_secret is not set"):
        async with start_bot(slack={**HTTP, "signing_secret": ""}):
            pass


@pytest.mark.parametrize("wrong", [{"bot_token": "xoxb-wrong"}, {"app_token": "xapp-wrong"}, {"app_token": ""}])
async def test_a_wrong_token_fails_at_start(start_bot, workspace: Workspace, wrong) -> None:
    with pytest.raises(SlackError, match=r"invalid_auth|not_authed|not_allowed_token_type"):
        async with start_bot(slack=wrong):
            pass
