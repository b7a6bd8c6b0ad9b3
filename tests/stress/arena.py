"""Where riskbot is put under stress: real processes, one database, and a workspace that enforces Slack's limits."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.clock import Clock
from bot.ingest.tokens import Scope, create_token
from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from bot.sandbox.server import SandboxServer
from bot.store import claims, due
from bot.store.database import Database, Transaction
from bot.store.open import open_database
from tests.faults import moved_clock
from tests.faults.checker import Evidence, complaints, read_database, shown_in
from tests.faults.processes import Launcher
from tests.faults.senders import Condition, Pressed
from tests.processes import free_port
from tests.scenarios.driver import Json, Workspace, until

#: Slack's own limits, and otherwise what riskbot ships with: nothing here makes its work easier.
ENVIRONMENT = {
    "SLACK__BOT_TOKEN": BOT_TOKEN,
    "SLACK__APP_TOKEN": APP_TOKEN,
    "ALERTS__GROUP_WAIT": "1s",
    # What changes in a group is told after a minute; nobody wants to wait for the end of that here.
    "ALERTS__GROUP_INTERVAL": "3s",
    "HTTP__REQUESTS_PER_MINUTE": "600000",
    "HTTP__BURST": "10000",
    "LOGGING__LEVEL": "WARNING",
}
#: A due row that comes later belongs to the usual course of things: repeats, lapses, the weekly report.
SOON_SECONDS = 30


@dataclass
class Arena:
    """One run: what is sent and pressed is examined at its end."""

    server: SandboxServer
    workspace: Workspace
    database: Database
    database_url: str
    replicas: list[Launcher]
    apis: list[httpx.AsyncClient]
    log: Path
    clock_file: Path
    #: What senders know: only what was answered.
    conditions: list[Condition] = field(default_factory=list)
    pressed: list[Pressed] = field(default_factory=list)

    @property
    def api(self) -> httpx.AsyncClient:
        return self.apis[0]

    async def start(self, number: int = 0) -> None:
        """Start a replica and wait until it is ready, its link to Slack included."""
        await self.replicas[number].start("serve")
        await self.ready(number)

    async def ready(self, number: int = 0, seconds: float = 60.0) -> None:
        async def is_ready() -> bool:
            try:
                return (await self.apis[number].get("/readyz")).status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        await until(is_ready, seconds, f"replica {number} ready; its log: {self.log}")

    async def end(self, number: int = 0) -> None:
        code = await self.replicas[number].kill(signal.SIGTERM)
        assert code == 0, f"riskbot serve ended with {code} after SIGTERM; see {self.log}"

    def advance(self, seconds: float) -> None:
        """Move business time, ours and that of every replica that runs; Slack's limits and leases stay real."""
        self.database.clock.advance(seconds)
        for each in self.replicas:
            if each.pid:
                moved_clock.move(each.pid, self.clock_file, seconds)

    async def quiet(self, seconds: float = 120.0) -> None:
        """Wait until everything is told."""

        async def is_quiet() -> bool:
            # In this order: what is due becomes a message in one transaction.
            if await self.database.read(_soon_due):
                return False
            queue = await self.database.read(claims.queue)
            return not queue.waiting and not queue.ambiguous

        await until(is_quiet, seconds, f"everything told; the log: {self.log}")

    async def complaints(self) -> list[str]:
        """What was lost, told twice, or is not as it should be."""
        recorded = await read_database(self.database_url)
        shown = shown_in(await self.workspace.state())
        return complaints(Evidence(recorded, shown, self.conditions, self.pressed, metered=0))

    async def violations(self) -> list[Json]:
        """Calls over Slack's limits."""
        return [each for each in await self.workspace.calls() if each["rate_limit_violation"]]


def _soon_due(tx: Transaction) -> bool:
    next_at = due.next_due_at(tx)
    return next_at is not None and (next_at - tx.now).total_seconds() < SOON_SECONDS


@asynccontextmanager
async def arena(database_url: str, directory: Path, *, replicas: int = 1, **settings: str) -> AsyncIterator[Arena]:
    """Nothing is started yet. `settings` are named like `delivery__lease`, and are laid over the usual ones."""
    server = SandboxServer(rate_limits=True, data_file=directory / "workspace.db")
    server.start()
    database = open_database(database_url, Clock())
    try:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            token = (await create_token(database, name="sender", scopes=list(Scope))).text
            ports = [free_port() for _ in range(replicas)]
            base = _environment(database_url, directory, server, settings)
            log, clock_file = directory / "riskbot.log", directory / "clock"
            base[moved_clock.VARIABLE] = str(clock_file)
            launchers = [Launcher({**base, "RISKBOT_HTTP__PORT": str(port)}, log) for port in ports]
            apis = [_api(port, token) for port in ports]
            http = httpx.AsyncClient(timeout=30, trust_env=False)
            for each in (*launchers, *apis, http):
                await stack.enter_async_context(each)
            yield Arena(server, Workspace(server, http), database, database_url, launchers, apis, log, clock_file)
    finally:
        await asyncio.to_thread(server.stop)


def _environment(database_url: str, directory: Path, server: SandboxServer, settings: dict[str, str]) -> dict[str, str]:
    config = directory / "riskbot.yml"
    config.touch()
    words = {**ENVIRONMENT, **{name.upper(): value for name, value in settings.items()}}
    words |= {"DATABASE_URL": database_url, "CONFIG": str(config), "SLACK__API_URL": server.api_url}
    return {f"RISKBOT_{name}": value for name, value in words.items()}


def _api(port: int, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30, trust_env=False)


def routes(channels: Sequence[str]) -> str:
    """A setting: each channel hears the area of its own name."""
    return json.dumps([{"channel": f"#{each}", "areas": [each]} for each in channels])


def as_settings(**settings: Any) -> dict[str, str]:
    return {name: str(value) for name, value in settings.items()}
