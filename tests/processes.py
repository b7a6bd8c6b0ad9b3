"""`riskbot serve` as a process of its own, for what needs the real thing: senders and benchmarks."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from bot.clock import Clock
from bot.ingest.tokens import Scope, create_token
from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from bot.store.open import open_database

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 30.0
#: A proxy of the environment has no business between two programs of this machine.
DIRECT = build_opener(ProxyHandler({}))


def free_port() -> int:
    """A port that nobody has now; two processes of one test can be told of it before either runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment() -> dict[str, str]:
    """Ours without what would change the measured program: its settings, and compiling anew at every import."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RISKBOT_")}
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    return ours | {"PYTHONPATH": str(ROOT)}


def make_token(database_url: str, scopes: Collection[Scope] = tuple(Scope)) -> str:
    async def make() -> str:
        database = open_database(database_url, Clock())
        try:
            return (await create_token(database, name="everything", scopes=scopes)).text
        finally:
            await database.close()

    return asyncio.run(make())


def get(url: str, timeout_seconds: float = 5.0) -> str:
    with DIRECT.open(url, timeout=timeout_seconds) as answer:
        return answer.read().decode()


class ServeProcess:
    """One `riskbot serve` on a port known beforehand; it may be ended and started again on the same database."""

    def __init__(self, directory: Path, database_url: str, slack_api_url: str, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "serve.log"
        self._directory = directory
        self._environment = clean_environment() | {
            "RISKBOT_DATABASE_URL": database_url,
            "RISKBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
            "RISKBOT_SLACK__APP_TOKEN": APP_TOKEN,
            "RISKBOT_SLACK__API_URL": slack_api_url,
            "RISKBOT_HTTP__PORT": str(self.port),
            **{f"RISKBOT_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        """Start it; returns the seconds until it was ready, its link to Slack included."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"],
                cwd=self._directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() - begun > READY_SECONDS:
                self.stop()
                raise AssertionError(f"riskbot did not become ready:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.002)
        return time.monotonic() - begun

    def _is_ready(self) -> bool:
        with contextlib.suppress(URLError, OSError):
            get(f"{self.url}/readyz")
            return True
        return False

    def stop(self) -> None:
        """End it as a supervisor does; twice does no harm."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
