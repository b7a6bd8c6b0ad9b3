"""Starts the demo's parts in one process: the workspace in a thread of its own, the bot and the story in this loop."""

import asyncio
import logging
import signal
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.clock import Clock
from bot.demo.actors import Actors
from bot.demo.history import remember
from bot.demo.people import ADMINS, ROLES
from bot.demo.player import Player
from bot.demo.state import DemoFiles, Progress
from bot.demo.traffic import HISTORY, Traffic
from bot.ingest.tokens import Scope, create_token
from bot.logs import configure_logging
from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.sandbox.server import SandboxServer
from bot.services.price_table import SHIPPED, read_prices
from bot.services.telemetry.fold import Folder
from bot.settings import Settings, WatchSettings
from bot.store import tokens
from bot.store.migrations import upgrade
from bot.store.open import open_database
from bot.wiring import Running, running
from bot.wiring.supervise import supervised

#: Where the seeded workspace has the bot, and where its people look for requests.
APPROVALS_CHANNEL = "#escalations"
#: Real seconds from an alert to its card.
GROUP_WAIT_SECONDS = 0.5
#: Real seconds between two looks at the rules, where those of business time would follow each other faster.
LOOK_SECONDS = 1.0
#: Real seconds after which a minute's calls are told and counted for certain.
SETTLE_SECONDS = 2.5
#: Real seconds of the story that a kill may take back.
SAVE_SECONDS = 1.0
#: Business time goes by so fast that raw calls of a month would fill the disk within hours.
RAW_KEPT_FOR, MINUTES_KEPT_FOR = timedelta(days=1), timedelta(days=9)
#: The fleet spends some 89 dollars a day.
BUDGETS: dict[str, Any] = {
    "daily_usd": 120,
    "weekly_usd": 800,
    "monthly_usd": 3_000,
    # Half of a month's budget in its middle is no news in a story.
    "limits": {"warn_percents": (80, 100)},
}
#: A visitor may move the clock by this much, and the fleet's calls before that moment are told in advance.
AHEAD = timedelta(days=365)


def run(port: int, speed: float, data_dir: Path, *, quiet: bool) -> int:
    configure_logging(level="ERROR" if quiet else "WARNING", json=False)
    # On a busy machine a look at the rules may be left out; the next one is a second away.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
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
    away_seconds = files.away_seconds()
    await _remember(settings, clock)
    async with running(settings, clock) as bot:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, bot.stop.set)
        token = await _token(files, bot)
        api = f"http://127.0.0.1:{bot.port}"
        files.write_addresses(
            {"page": f"{sandbox.url}/", "api": api, "sandbox_api": sandbox.control_url, "token": token}
        )
        _announce(sandbox.url, api, speed)
        await _play_until_stopped(files, bot, sandbox, token, away_seconds)
    return 1 if bot.ended else 0


async def _remember(settings: Settings, clock: Clock) -> None:
    """At the first start: what was spent before the calls that are told one by one."""
    database = open_database(settings.database_url, clock)
    try:
        await remember(database, read_prices(SHIPPED), clock.now() - HISTORY)
    finally:
        await database.close()


async def _play_until_stopped(
    files: DemoFiles, bot: Running, sandbox: SandboxServer, token: str, away_seconds: float
) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}", headers=headers, trust_env=False) as api,
        httpx.AsyncClient(base_url=sandbox.control_url, trust_env=False, timeout=10) as workspace,
    ):
        clock, before = bot.database.clock, files.progress()
        player = Player(clock, Actors(api, workspace), before)
        told_to = before.told_to if before else None
        traffic = Traffic(api, clock, player.spells, Folder(bot.database).fold_all, told_to)

        async def jump(seconds: float) -> None:
            player.shift(seconds)
            await traffic.jump(seconds)
            bot.due_runner.ring()

        loop = asyncio.get_running_loop()

        def on_advance(seconds: float) -> None:
            # The sandbox calls from its own thread, whenever somebody moves the clock.
            asyncio.run_coroutine_threadsafe(jump(seconds), loop)

        sandbox.clock.subscribe(on_advance)
        parts = [_keep(files, clock, player, traffic), traffic.run(), player.play(), jump(away_seconds)]
        tasks = [supervised(part, "demo", bot.give_up) for part in parts]
        await bot.stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        _save(files, clock, player, traffic)


async def _keep(files: DemoFiles, clock: Clock, player: Player, traffic: Traffic) -> None:
    while True:
        _save(files, clock, player, traffic)
        await asyncio.sleep(SAVE_SECONDS)


def _save(files: DemoFiles, clock: Clock, player: Player, traffic: Traffic) -> None:
    files.write_progress(
        Progress(
            chapter=player.number,
            step=player.step,
            began_at=player.began_at,
            told_to=traffic.told_to,
            business_at=clock.now(),
            real_at=clock.protocol_now(),
        )
    )


def demo_settings(files: DemoFiles, slack_api_url: str, speed: float, port: int) -> Settings:
    """Every alert goes to #llm-alerts, every request to #escalations; the seeded people fill the roles."""
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
            "telemetry": {"ahead": AHEAD, "raw_kept_for": RAW_KEPT_FOR, "minutes_kept_for": MINUTES_KEPT_FOR},
            "watch": {
                "interval": max(WatchSettings().interval, timedelta(seconds=LOOK_SECONDS * speed)),
                "windows": {"settle": timedelta(seconds=SETTLE_SECONDS * speed)},
            },
            "alerts": {"group_wait": timedelta(seconds=GROUP_WAIT_SECONDS * speed), "default_channel": "#llm-alerts"},
            "people": {"admins": ADMINS, "roles": ROLES},
            "approvals": {"channel": APPROVALS_CHANNEL},
            "budgets": BUDGETS,
            "optimisation": {"patient_roles": ("critic",)},
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
    # Cards say who asked by this name.
    names_for_it = ("orchestrator", *(f"orchestrator-{number}" for number in range(2, 1000)))
    name = next(each for each in names_for_it if each not in names)
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
        f"  Alerts are told in #llm-alerts; in #escalations tasks wait for an approval, some of them for yours.\n"
        f"  API   {api}/docs\n\n{pace}  Ctrl-C ends it; starting it again goes on from here.\n\n"
    )
    sys.stdout.flush()
