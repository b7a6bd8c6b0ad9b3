"""Opens the database that a URL names."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.clock import Clock
from bot.errors import SettingsError
from bot.store.database import Database, Engine
from bot.store.postgresql import PostgresqlEngine
from bot.store.sqlite import SqliteEngine

HINT = "Write sqlite+aiosqlite:///riskbot.db or postgresql+asyncpg://user:password@host/name."


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL, or None for PostgreSQL."""
    parsed = make_url(url)
    return Path(parsed.database or "riskbot.db") if parsed.get_backend_name() == "sqlite" else None


def open_engine(url: str) -> Engine:
    """Open by URL; `sqlite+aiosqlite` and plain `sqlite` are one. Raises SettingsError for anything else."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError("database_url is no database address.", hint=HINT) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        path = Path(parsed.database or "riskbot.db")
        if not path.parent.is_dir():
            raise SettingsError(f"database_url names a file in {path.parent}, which does not exist.", hint=HINT)
        return SqliteEngine(path)
    if backend == "postgresql":
        asyncpg_url = parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        return PostgresqlEngine(asyncpg_url)
    raise SettingsError(f"database_url names {backend!r}, which riskbot does not know.", hint=HINT)


def open_database(url: str, clock: Clock) -> Database:
    return Database(open_engine(url), clock)
