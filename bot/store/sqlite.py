"""SQLite: one writer thread whose line is the lock, people first, and a few readers that cannot write."""

import asyncio
import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any, TextIO, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from bot.clock import monotonic_seconds
from bot.errors import AlreadyServing, DatabaseBusy, DatabaseUnavailable
from bot.store.turns import Turns

R = TypeVar("R")

#: Per connection, read back at the start; NORMAL would lose the last commits in a power cut.
WRITER_PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "busy_timeout": "30000", "foreign_keys": "1"}
READERS = 2
#: A checkpoint each 8 MB: a log of 40 MB is mostly new ground, on which a commit takes half as long again, and at 4 MB
#: pages that change in each batch are copied twice as often.
WAL_AUTOCHECKPOINT_PAGES = 2_000
#: Kibibytes, negative as SQLite counts them: telemetry's keys are looked up all over their table.
WRITER_CACHE_KIB = -16_000
#: A press whose disk or turn among processes takes longer must not stop everybody else.
LONGEST_STILL_SECONDS = 0.02
#: An extended error code of SQLite's carries its primary one in the low byte.
PRIMARY_CODE = 0xFF
#: A statement that SQLite cannot run, a broken constraint, a wrong call: none of them says anything about the file.
OUR_MISTAKES = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
}


class SqliteEngine:
    """Writes one transaction at a time, urgent ones first; a wait of over `queue_seconds` is refused."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, queue_seconds: float = 5.0) -> None:
        self._path = path
        self._queue_seconds = queue_seconds
        self._writer = _engine(path, query_only=False)
        self._readers = _engine(path, query_only=True)
        #: The writer's one connection, made by its first transaction: getting one from a pool and giving it back costs
        #: more than the few statements of intake.
        self._connection: Connection | None = None
        self._writing = Turns("riskbot-writer")
        # Not before the cursor's own step: there SQLAlchemy takes whatever is no Exception for the connection's end.
        event.listen(self._writer, "before_execute", self._give_way)
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="riskbot-reader")
        self._lock_file = _lock_file(path, "write")
        self._serve_file = _lock_file(path, "serve")

    def claim_serving(self) -> None:
        """Take the file for this process's life; raises AlreadyServing when another `serve` has it."""
        try:
            fcntl.flock(self._serve_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServing(f"Another `riskbot serve` runs on {self._path}.") from None

    def spill_to_disk(self) -> None:
        """Let what is large lie in temporary files: a migration may sort a whole table. Before the first write."""
        event.listen(self._writer, "connect", lambda connection, _: connection.execute("PRAGMA temp_store=DEFAULT"))

    async def write(self, work: Callable[[Connection], R], *, urgent: bool = False) -> R:
        submit = self._submit_undisturbed if urgent else self._submit
        job, answer = submit(partial(self._transact, work))
        # Awaited without a task or a shield between: on a busy loop each of them costs a turn more. A future that is
        # given up takes its job along, if that has not begun.
        try:
            async with asyncio.timeout(self._queue_seconds):
                return await answer
        except TimeoutError:
            if not job.cancelled():
                # It has begun: whether it commits is known only when it ends.
                return await asyncio.wrap_future(job)
            raise DatabaseBusy(
                f"The write waited {self._queue_seconds:g} s for its turn on {self._path.name} and was not begun."
            ) from None

    def _submit(self, transaction: Callable[[], R]) -> "tuple[Future[R], asyncio.Future[R]]":
        job = self._writing.submit(transaction)
        return job, asyncio.wrap_future(job)

    def _submit_undisturbed(self, transaction: Callable[[], R]) -> "tuple[Future[R], asyncio.Future[R]]":
        """The event loop stands still until the transaction is through, and goes on with its answer.

        The two share one interpreter, which SQLite gives up at each statement: beside a busy loop a press of 3 ms takes
        10, and its answer another 5. The loop, to which intake is all that is lost by those 3 ms, waits instead.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()

        def stand_still() -> None:
            wait([job], LONGEST_STILL_SECONDS)
            tell()

        def tell() -> None:
            if job.done() and not answer.done():
                error = job.exception()
                answer.set_result(job.result()) if error is None else answer.set_exception(error)

        job = self._writing.submit(transaction, urgent=True)
        loop.call_soon(stand_still)
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(tell))
        answer.add_done_callback(lambda _: answer.cancelled() and job.cancel())
        return job, answer

    async def read(self, work: Callable[[Connection], R]) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, self._look, work)

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        for end in (self._writing.close, self._reading.shutdown):
            await loop.run_in_executor(None, end)
        if self._connection is not None:
            self._connection.close()
        self._writer.dispose()
        self._readers.dispose()
        self._lock_file.close()
        self._serve_file.close()

    def _transact(self, work: Callable[[Connection], R]) -> R:
        with _translated(self._path):
            self._take_turn_among_processes()
            try:
                return self._committed(work)
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def _committed(self, work: Callable[[Connection], R]) -> R:
        """The transaction is the driver's own; SQLAlchemy's stands within it, where one of its statements comes."""
        connection = self._connection = self._connection or self._writer.connect()
        driver: Any = connection.connection.driver_connection
        # A deferred BEGIN fails at its first write, at once, whatever busy_timeout says.
        driver.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            (connection if connection.in_transaction() else driver).commit()
        except BaseException:
            connection.rollback()
            if not connection.invalidated:
                driver.rollback()
            raise
        return result

    def _give_way(self, *_statement: object) -> None:
        """Between two statements a transaction can be undone, and begun anew behind the person who waits.

        Its commit, once begun, is waited for; statements sent past SQLAlchemy run through, being few and fast.
        """
        self._writing.give_way()

    def _look(self, work: Callable[[Connection], R]) -> R:
        with _translated(self._path), self._readers.connect() as connection, connection.begin():
            return work(connection)

    def _take_turn_among_processes(self) -> None:
        """Other commands write beside a running `serve`; SQLite's own busy handler would let one starve the other."""
        give_up = monotonic_seconds() + self._queue_seconds
        while True:
            try:
                fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic_seconds() > give_up:
                    raise DatabaseBusy(f"Another process has been writing {self._path.name} for too long.") from None
                sleep(0.002)
            else:
                return


def _lock_file(path: Path, purpose: str) -> TextIO:
    name = path.with_name(f"{path.name}.{purpose}.lock")
    try:
        return name.open("a")
    except OSError as error:
        raise DatabaseUnavailable(f"{name} cannot be opened: {error.strerror}.") from error


def _engine(path: Path, *, query_only: bool) -> sa.Engine:
    options: dict[str, Any] = {"pool_size": READERS} if query_only else {"poolclass": StaticPool}
    engine = sa.create_engine(
        f"sqlite:///{path}", connect_args={"isolation_level": None, "check_same_thread": False}, **options
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for name, value in WRITER_PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
        connection.execute(f"PRAGMA wal_autocheckpoint={WAL_AUTOCHECKPOINT_PAGES}")
        if query_only:
            connection.execute("PRAGMA query_only=1")
        else:
            connection.execute(f"PRAGMA cache_size={WRITER_CACHE_KIB}")
            # Telemetry's index of fresh keys is a temporary table; in a file each commit would keep a journal of it.
            connection.execute("PRAGMA temp_store=MEMORY")

    if query_only:
        # The writer begins by itself; readers see one state in all their statements.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the driver's errors about the file (full, locked, gone, read-only) into ours; others are bugs and pass."""
    try:
        yield
    # The hot path speaks to the driver, whose errors come bare.
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & PRIMARY_CODE in OUR_MISTAKES:
            raise
        raise DatabaseUnavailable(f"{path.name} cannot be used now: {cause}.") from error
