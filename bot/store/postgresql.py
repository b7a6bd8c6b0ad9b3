"""PostgreSQL: the same transactions over asyncpg, repeated whole after a conflict between replicas."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.right_of_way import RightOfWay
from bot.store.turns import GivesWay

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
#: The option of connections whose transactions give way to a press.
GIVES_WAY = "riskbot_gives_way"


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
        self._way = RightOfWay()
        self._usual = self._engine.execution_options(**{GIVES_WAY: True})
        event.listen(self._engine.sync_engine, "before_execute", self._give_way)
        # One snapshot for all statements of a read, as SQLite gives it; a reader has nothing to conflict with.
        self._reading = self._engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")

    async def write(self, work: Callable[[Connection], R], *, urgent: bool = False) -> R:
        """Writers that touch different rows run side by side; but all of this process share one loop with a press."""
        if urgent:
            with self._way.taken():
                return await self._write(self._engine, work)
        try:
            return await self._write(self._usual, work)
        except GivesWay:
            await self._way.given()
        return await self._write(self._engine, work)

    async def _write(self, engine: AsyncEngine, work: Callable[[Connection], R]) -> R:
        for _ in range(TRIES - 1):
            try:
                return await self._run(engine, work)
            except DBAPIError as error:
                if sqlstate(error) not in CONFLICTS:
                    raise
        return await self._run(engine, work)

    def _give_way(self, connection: Connection, *_statement: object) -> None:
        """Between two statements a transaction is undone, its locks with it, and begun anew behind the press, once.

        Where it only waited, the press might come to wait for its locks.
        """
        if self._way.is_taken and connection.get_execution_options().get(GIVES_WAY):
            raise GivesWay

    async def read(self, work: Callable[[Connection], R]) -> R:
        return await self._run(self._reading, work)

    async def close(self) -> None:
        await self._engine.dispose()

    async def _run(self, engine: AsyncEngine, work: Callable[[Connection], R]) -> R:
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
