"""SIGKILL around a callback: its receiver hears of it all the same, under one delivery id."""

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web

from bot.clock import Clock
from bot.failpoints import FailPoint
from bot.sandbox.server import SandboxServer
from bot.store import callbacks
from bot.store.callbacks import Wish
from bot.store.open import open_database
from riskengine.signatures import DELIVERY_HEADER
from tests.faults.chaos import ENVIRONMENT, free_port
from tests.faults.processes import Launcher
from tests.scenarios.driver import until

#: Point → how often the receiver hears of it: the second kill is after its answer, before our commit.
POINTS = {FailPoint.CALLBACK_CLAIMED: 1, FailPoint.CALLBACK_POSTED: 2}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("point", POINTS)
async def test_a_callback_that_was_cut_off_arrives(database_url: str, tmp_path: Path, point: FailPoint) -> None:
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.headers[DELIVERY_HEADER])
        return web.Response()

    app = web.Application()
    app.router.add_post("/", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server = SandboxServer(rate_limits=False)
    server.start()
    try:
        await _enqueue(database_url, f"http://127.0.0.1:{runner.addresses[0][1]}/")
        async with Launcher(_environment(database_url, tmp_path, server), tmp_path / "serve.log") as riskbot:
            await riskbot.start("serve", FAULTS=f"{point}:1")
            assert await riskbot.ended(60.0) == -9
            await riskbot.start("serve")
            await until(lambda: _delivered(database_url), 60.0, "the callback has arrived")
    finally:
        await asyncio.to_thread(server.stop)
        await runner.cleanup()
    assert (len(heard), len(set(heard))) == (POINTS[point], 1)


def _environment(database_url: str, directory: Path, server: SandboxServer) -> dict[str, str]:
    (directory / "riskbot.yml").touch()
    return {
        **ENVIRONMENT,
        "RISKBOT_DATABASE_URL": database_url,
        "RISKBOT_CONFIG": str(directory / "riskbot.yml"),
        "RISKBOT_SLACK__API_URL": server.api_url,
        "RISKBOT_HTTP__PORT": str(free_port()),
        "RISKBOT_CALLBACKS__SECRET": "a secret of the test's own",
        "RISKBOT_CALLBACKS__ALLOW_LOOPBACK": json.dumps(True),
        "RISKBOT_CALLBACKS__TIMEOUT": "1s",
        "RISKBOT_CALLBACKS__LEASE": "2s",
    }


async def _enqueue(database_url: str, url: str) -> None:
    database = open_database(database_url, Clock())
    await database.write(lambda tx: callbacks.enqueue(tx, [Wish("k", "escalation", 1, "approved", url, {})]))
    await database.close()


async def _delivered(database_url: str) -> bool:
    database = open_database(database_url, Clock())
    try:
        [found] = await database.read(lambda tx: callbacks.listed(tx, None, 10))
        return found.delivered_at is not None
    finally:
        await database.close()
