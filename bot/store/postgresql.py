"""PostgreSQL: the same transactions over asyncpg, repeated whole after a conflict between replicas."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import DatabaseBusy, DatabaseUnavailable

R = TypeVar("R")

#: Serialization failure, deadlock, and a unique key that another replica took between our look and our insert: the
#: transaction is undone, and run again it sees the other's row.
CONFLICTS = {"40001", "40P01", "23505"}
TRIES = 5
#: Classes of SQLSTATE that say the server cannot take it now: connection, refused login, no such database, resources,
#: operator intervention, system; a server that has become a standby, which only reads; and the server's end of a
#: transaction that we left standing.
UNAVAILABLE_CLASSES = ("08", "28", "3D", "53", "57", "58", "25006", "25P03")
POOL_SIZE = 8


class PostgresqlEngine:
    """A small pool; a wait for a connection of over `queue_seconds` is refused.

    No transaction of ours waits for anything but the database. So one in which nothing happens for `stopped_seconds` is
    that of a stopped process, whose locks would hold up the other replicas: the server ends it.
    """

    dialect = "postgresql"

    def __init__(self, url: str, *, queue_seconds: float = 5.0, stopped_seconds: float = 10.0) -> None:
        ours = {
            "application_name": "riskbot",
            "idle_in_transaction_session_timeout": str(round(stopped_seconds * 1000)),
        }
        self._engine = create_async_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=queue_seconds,
            pool_pre_ping=False,
            connect_args={"timeout": queue_seconds, "server_settings": ours},
        )
        # One snapshot for all statements of a read, as SQLite gives it; a reader has nothing to conflict with.
        self._reading = self._engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")

    async def write(self, work: Callable[[Connection], R], *, urgent: bool = False) -> R:  # noqa: ARG002
        # There is no line to jump: writers that touch different rows run side by side.
        for _ in range(TRIES - 1):
            try:
                return await self._run(self._engine, work)
            except DBAPIError as error:
                if sqlstate(error) not in CONFLICTS:
                    raise
        return await self._run(self._engine, work)

    async def read(self, work: Callable[[Connection], R]) -> R:
        return await self._run(self._reading, work)

    async def close(self) -> None:
        await self._engine.dispose()

    async def _run(self, engine: Any, work: Callable[[Connection], R]) -> R:
        try:
            async with engine.begin() as connection:
                result: R = await connection.run_sync(work)
                return result
        except PoolTimeout as error:
            raise DatabaseBusy("Every connection to PostgreSQL was in use for too long; nothing was stored.") from error
        except (TimeoutError, OSError) as error:
            raise DatabaseUnavailable(f"PostgreSQL cannot be reached: {error}.") from error
        except DBAPIError as error:
            if error.connection_invalidated or sqlstate(error).startswith(UNAVAILABLE_CLASSES):
                raise DatabaseUnavailable(f"PostgreSQL cannot take it now: {error.orig}.") from error
            raise


def sqlstate(error: DBAPIError) -> str:
    """The five-character code of a PostgreSQL error, or an empty string."""
    return str(getattr(error.orig, "sqlstate", "") or getattr(error.orig, "pgcode", "") or "")


def database_now(connection: Connection) -> Any:
    """PostgreSQL's wall clock, which all replicas share."""
    return connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
