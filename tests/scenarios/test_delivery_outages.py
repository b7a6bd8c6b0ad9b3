"""Slack away, slow or cut off, the database busy, a replica gone: nothing is lost, and all goes on by itself."""

import asyncio
import contextlib
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.sandbox.server import SandboxServer
from bot.store.messages import messages
from bot.wiring import link
from tests.conftest import PostgresServer
from tests.scenarios.conftest import StartBot
from tests.scenarios.driver import Bot, Workspace, alert, until

POST = ["chat.postMessage"]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def lights(bot: Bot, name: str) -> str:
    """What /readyz says is wrong with a part; empty while it works."""
    return (await bot.ready())[1].get(name, "")


@only_sqlite
async def test_slack_away_at_the_start_and_again_later(start_bot: StartBot, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(link, "CONNECT_AGAIN_SECONDS", 0.3)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    away = {"api_url": f"http://127.0.0.1:{port}/api/"}
    async with start_bot(slack=away, delivery={"late_after": "1s"}) as bot, httpx.AsyncClient(trust_env=False) as http:
        await bot.fire()
        await until(lambda: lights(bot, "delivery"))
        assert "cannot be reached" in await lights(bot, "slack_link")
        assert (await bot.queue()).waiting == 1

        server = SandboxServer(port=port, data_file=tmp_path / "workspace.db")
        server.start()
        workspace = Workspace(server, http)
        card = await workspace.expect_card("High: HighErrorRate")
        assert "late: Slack could not be reached" in card.words
        await until(workspace.links)
        assert (await workspace.user("hana").press(card, "alerts.acknowledge")).acknowledged
        await bot.settled()
        assert (await bot.ready()) == (True, {})

        server.stop()
        await bot.resolve()
        await bot.fire("Slow", model="other")
        await until(lambda: lights(bot, "delivery"))
        server = SandboxServer(port=port, data_file=tmp_path / "workspace.db")
        server.start()
        workspace = Workspace(server, http)
        await workspace.expect_card("Resolved: HighErrorRate")
        await workspace.expect_card("High: Slow on other")
        await until(workspace.links)
        await bot.settled()
        assert len(await workspace.messages()) == 2
        await workspace.check_clean()
    server.stop()


async def test_slack_hangs_and_nothing_else_does(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card("High: HighErrorRate")
    # Longer than our patience, so that each call ends as of unknown fate although it is taken later.
    await workspace.faults(delay_seconds=2.5, methods=["chat.postMessage", "chat.update"])
    await bot.fire("Slow", model="other")
    await until(lambda: workspace.calls("chat.postMessage"))
    answer = await workspace.user("hana").press(card, "alerts.acknowledge")
    assert answer.acknowledged
    assert answer.content["ack_ms"] < 1000
    await workspace.faults()
    await workspace.expect_card("Acknowledged: HighErrorRate")
    await workspace.expect_card("High: Slow")
    await bot.settled()
    assert len(await workspace.messages()) == 2


@only_postgresql
async def test_what_was_posted_while_the_database_was_away_is_not_posted_again(
    start_bot: StartBot, workspace: Workspace, database_url: str, postgres_server: PostgresServer
) -> None:
    name = make_url(database_url).database
    async with start_bot(delivery={"lease": "60s", "request_timeout": "10s"}) as bot:
        await workspace.faults(delay_seconds=2.0, methods=POST)
        await bot.fire()

        async def under_way() -> bool:
            count = sa.select(sa.func.count()).select_from(messages).where(messages.c.state == "sending")
            return await bot.database.read(lambda tx: tx.execute(count).scalar_one() > 0)

        await until(under_way)
        # Now the call itself is made.
        await asyncio.sleep(0.7)
        await asyncio.to_thread(_rename, postgres_server, name, "away")
        try:
            await until(lambda: workspace.calls("chat.postMessage"))
            await asyncio.sleep(0.3)
            assert "database" in (await bot.ready())[1]
        finally:
            await asyncio.to_thread(_rename, postgres_server, "away", name)
        await workspace.faults()
        await bot.settled()
    assert len(await workspace.calls("chat.postMessage")) == 1
    assert len(await workspace.messages()) == 1


def _rename(server: PostgresServer, old: str, new: str) -> None:
    """What a database that goes away looks like to its clients; they may come back while they are being cut off."""
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{old}'"
    for _ in range(20):
        server.execute(cut)
        with contextlib.suppress(asyncpg.ObjectInUseError):
            server.execute(f"ALTER DATABASE {old} RENAME TO {new}")
            return
    raise AssertionError(f"{old} is always in use")


@only_postgresql
async def test_two_replicas_share_the_work_and_one_survives_the_other(
    start_bot: StartBot, workspace: Workspace
) -> None:
    channels = ("llm-alerts", "llm-costs", "incidents")
    routes = [{"channel": f"#{channel}", "areas": [channel]} for channel in channels]
    options = {"alerts": {"routes": routes}, "delivery": {"channel_post_interval": "1s"}}
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(start_bot(**options))
        async with start_bot(**options) as second:
            await until(_links(workspace, 2))
            for number in range(4):
                sender = (first, second)[number % 2]
                await sender.send(*(alert(f"Slow{number}", area=each, model=each) for each in channels))
            await first.settled()
            card = await workspace.expect_card("Slow3", channel="incidents")
            answers = await asyncio.gather(
                *(workspace.user(name).press(card, "alerts.acknowledge") for name in ("hana", "ivan"))
            )
            assert sorted(bool(each.private) for each in answers) == [False, True]
            # In the middle of its work.
            await second.send(*(alert(f"Last{each}", area=each, model=each) for each in channels))
        await first.settled()
        shown = [each for channel in channels for each in await workspace.messages(channel)]
        assert len({each.key for each in shown}) == len(shown) == 3 * 5
        assert len({each.text for each in shown}) == 3 * 5
        assert not [each for each in await workspace.calls() if each["rate_limit_violation"]]


@only_postgresql
async def test_orderly_end_leaves_nothing_leased(start_bot: StartBot, workspace: Workspace) -> None:
    await workspace.faults(delay_seconds=0.7, methods=POST)
    async with start_bot(delivery={"lease": "1h"}) as bot:
        await bot.send(alert(), alert("Slow", model="other"))
        await asyncio.sleep(0.4)
    async with start_bot() as bot:
        # Whatever the first one held for an hour is free.
        await bot.settled()
    assert len(await workspace.messages()) == 2


@pytest.mark.parametrize("reason", ["link_disabled", "refresh_requested"])
@only_sqlite
async def test_socket_that_slack_ends_comes_back(bot: Bot, workspace: Workspace, reason: str) -> None:
    await bot.fire()
    card = await workspace.expect_card("HighErrorRate")
    await workspace.faults(disconnect=reason)
    await until(workspace.links)
    await _pressed(workspace, card)


@only_sqlite
async def test_half_open_socket_is_noticed(bot: Bot, workspace: Workspace) -> None:
    """The other end is gone without a word: pings stay unanswered."""
    await bot.fire()
    card = await workspace.expect_card("HighErrorRate")
    opened = len(await workspace.calls("apps.connections.open"))
    await workspace.faults(mute_pings=True)

    async def opened_anew() -> bool:
        return len(await workspace.calls("apps.connections.open")) > opened

    await until(opened_anew, 15)
    await workspace.faults()
    workspace.provoked.add("unacknowledged")
    await _pressed(workspace, card)


async def _pressed(workspace: Workspace, card) -> None:
    """A press works, at the latest when pressed again, as a person would."""

    async def acknowledged() -> bool:
        return (await workspace.user("hana").press(card, "alerts.acknowledge")).acknowledged

    workspace.provoked.add("unacknowledged")
    await until(acknowledged, 15)
    await workspace.expect_card("Acknowledged: HighErrorRate")


def _links(workspace: Workspace, count: int):
    async def enough() -> bool:
        return await workspace.links() == count

    return enough
