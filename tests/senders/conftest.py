"""A workspace, a riskbot that can be down, and Alertmanagers that speak to it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ingest.tokens import Scope
from bot.sandbox.server import SandboxServer
from tests.processes import ServeProcess, make_token
from tests.senders.alertmanager import Alertmanager, needed
from tests.senders.workspace import Workspace


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    sandbox = SandboxServer()
    sandbox.start()
    yield Workspace(sandbox.control_url, sandbox.api_url)
    sandbox.stop()


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "riskbot.db"))


@pytest.fixture
def riskbot(sqlite_file: Path, tmp_path: Path, workspace: Workspace) -> Iterator[ServeProcess]:
    """Not started yet."""
    url = f"sqlite+aiosqlite:///{sqlite_file}"
    process = ServeProcess(tmp_path, url, workspace.api_url, alerts__group_wait="300ms", alerts__group_interval="1s")
    yield process
    process.stop()


@pytest.fixture
def alertmanager(riskbot: ServeProcess, sqlite_file: Path, tmp_path: Path) -> Iterator[Alertmanager]:
    """Running, and telling riskbot; alerts with the label `twice: yes` it tells it twice."""
    token = make_token(f"sqlite+aiosqlite:///{sqlite_file}", [Scope.INGEST])
    process = Alertmanager(needed(), tmp_path / "alertmanager", riskbot.url, token)
    process.start()
    yield process
    process.stop()
