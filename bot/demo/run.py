"""Starts the demo's parts in one process: the workspace in a thread of its own, the bot and the story in this loop."""

import asyncio
import contextlib
import signal
import socket
import sys
from datetime import timedelta
from pathlib import Path

import httpx

from bot.demo.player import Player
from bot.demo.state import DemoFiles
from bot.ingest.tokens import Scope, create_token
from bot.logs import configure_logging
from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from bot.store import tokens
from bot.store.migrations import upgrade
from bot.wiring import Running, running

#: Real seconds from an alert to its card.
GROUP_WAIT_SECONDS = 0.5


def run(port: int, speed: float, data_dir: Path, *, quiet: bool) -> int:
    configure_logging(level="ERROR" if quiet else "WARNING", json=False)
    files = DemoFiles(data_dir)
    sandbox = SandboxServer(port=port, data_file=files.workspace)
    sandbox.start()
    try:
        with asyncio.Runner() as runner:
            return runner.run(_demo(files, sandbox, speed, port))
    except KeyboardInterrupt:
        return 0
    finally:
        sandbox.stop()


async def _demo(files: DemoFiles, sandbox: SandboxServer, speed: float, port: int) -> int:
    settings = demo_settings(files, sandbox.api_url, speed, _free_port(port + 1))
    await upgrade(settings.database_url)
    clock = files.clock(speed)
    loop = asyncio.get_running_loop()
    async with running(settings, clock) as bot:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, bot.stop.set)

        def advance(seconds: float) -> None:
            # The sandbox calls from its own thread.
            clock.advance(seconds)
            loop.call_soon_threadsafe(bot.due_runner.ring)

        sandbox.clock.subscribe(advance)
        token = await _token(files, bot)
        api = f"http://127.0.0.1:{bot.port}"
        files.write_addresses(
            {"page": f"{sandbox.url}/", "api": api, "sandbox_api": sandbox.control_url, "token": token}
        )
        _announce(sandbox.url, api, speed)
        await _play_until_stopped(files, bot, sandbox, token)
    return 1 if bot.ended else 0


async def _play_until_stopped(files: DemoFiles, bot: Running, sandbox: SandboxServer, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}", headers=headers, trust_env=False) as api,
        httpx.AsyncClient(base_url=sandbox.control_url, trust_env=False, timeout=10) as workspace,
    ):
        story = asyncio.create_task(Player(files, bot.database.clock, api, workspace).play())
        await bot.stop.wait()
        story.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await story


def demo_settings(files: DemoFiles, slack_api_url: str, speed: float, port: int) -> Settings:
    """The settings of a demo: every alert goes to #llm-alerts; the seeded people fill the roles."""
    return Settings.model_validate(
        {
            "database_url": f"sqlite+aiosqlite:///{files.database}",
            "slack": {
                "bot_token": BOT_TOKEN,
                "app_token": APP_TOKEN,
                "signing_secret": SIGNING_SECRET,
                "api_url": slack_api_url,
            },
            "http": {"port": port},
            "alerts": {"group_wait": timedelta(seconds=GROUP_WAIT_SECONDS * speed), "default_channel": "#llm-alerts"},
            "people": {
                "admins": ["alice@sandbox.example"],
                "roles": {"on_call": ["@oncall"], "tech_leads": ["@tech-leads"], "managers": ["@eng-managers"]},
            },
        }
    )


async def _token(files: DemoFiles, bot: Running) -> str:
    """The token of the last start while it works, else a new one with every scope."""
    known = str(files.addresses().get("token", ""))
    prefix = known.removeprefix("rb_").partition(".")[0]
    there = await bot.database.read(tokens.all_tokens)
    if any(token.prefix == prefix and token.revoked_at is None for token in there):
        return known
    names = {token.name for token in there}
    name = next(each for each in (f"demo-{number}" for number in range(1, 1000)) if each not in names)
    return (await create_token(bot.database, name=name, scopes=list(Scope))).text


def _free_port(wanted: int) -> int:
    """The wanted port, or 0 (any free one) when somebody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


def _announce(page: str, api: str, speed: float) -> None:
    pace = f"  In the story time runs {speed:g} times as fast as outside.\n" if speed != 1 else ""
    sys.stdout.write(
        f"\n  riskbot demo\n\n  Open  {page}/   to see the workspace, act as anybody, press the buttons.\n"
        f"  API   {api}/docs\n\n{pace}  Ctrl-C ends it; starting it again goes on from here.\n\n"
    )
    sys.stdout.flush()
