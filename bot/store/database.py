"""Transactions: one plain function over one connection, run where each database does it best.

A transaction is a *synchronous* function. So nothing can await the network while it holds the write lock; on SQLite it
runs without a hop between threads for each statement, in the one writer thread whose line is the lock; on
PostgreSQL the same function runs over asyncpg in a greenlet. docs/decisions/0002 has the reasons.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

from bot.clock import Clock

R = TypeVar("R")


class Bell(StrEnum):
    """Who is to be woken once a transaction has committed."""

    DELIVERY = "delivery"
    DUE = "due"
    #: Calls have come whose deltas wait to be folded.
    TELEMETRY = "telemetry"
    #: A program waits to be told.
    CALLBACKS = "callbacks"
    #: An escalation was decided; programs wait for it.
    ESCALATIONS = "escalations"
    #: An App Home shows less than it should.
    HOMES = "homes"


@dataclass
class Transaction:
    """One transaction: its connection, both times, read once, and the bells to ring after it."""

    connection: Connection
    #: Business time: what decisions take.
    now: datetime
    #: Real time on the database's clock: what leases and rate limits take.
    protocol_now: datetime
    #: Seconds of business time per real second; 1 outside the demo.
    speed: float = 1.0
    rings: set[Bell] = field(default_factory=set)

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    @property
    def driver(self) -> Any:
        """The driver's own connection in this transaction: on the hot path SQLAlchemy costs more than SQLite."""
        return self.connection.connection.driver_connection

    def execute(self, statement: Executable, rows: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, rows)

    def protocol_at(self, moment: datetime) -> datetime:
        """The real time of a moment of business time."""
        return self.protocol_now - (self.now - moment) / self.speed

    def ring(self, bell: Bell) -> None:
        """Wake the bell's listeners of this process after the commit; other replicas look once a second."""
        self.rings.add(bell)


Work = Callable[[Transaction], R]
Listener = Callable[[Bell], None]


class Engine(Protocol):
    """What differs between the databases."""

    dialect: str

    async def write(self, work: Callable[[Connection], R], *, urgent: bool = False) -> R: ...

    async def read(self, work: Callable[[Connection], R]) -> R: ...

    async def close(self) -> None: ...


class Database:
    """Runs transactions on one engine and rings the bells of those that committed."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._listeners: list[Listener] = []

    @property
    def dialect(self) -> str:
        return self._engine.dialect

    @property
    def clock(self) -> Clock:
        return self._clock

    def listen(self, listener: Listener) -> None:
        """Call the listener on the event loop for every bell of a committed transaction."""
        self._listeners.append(listener)

    async def write(self, work: Work[R], *, urgent: bool = False) -> R:
        """Run the work as one transaction that commits when it returns and rolls back when it raises.

        Urgent is what a person waits for, and nothing else: on SQLite it goes before all that waits.

        The work may be run again after a conflict between replicas, so it must touch nothing but its transaction.
        Raises DatabaseBusy when its turn does not come in time, DatabaseUnavailable when the database cannot take it.
        """
        begun: list[Transaction] = []

        def run(connection: Connection) -> R:
            begun[:] = [self._begin(connection)]
            return work(begun[0])

        result = await self._engine.write(run, urgent=urgent)
        for bell in begun[0].rings:
            for listener in self._listeners:
                listener(bell)
        return result

    async def read(self, work: Work[R]) -> R:
        """Run the work on a connection that cannot write; raises DatabaseUnavailable when it cannot be read."""
        return await self._engine.read(lambda connection: work(self._begin(connection)))

    async def close(self) -> None:
        await self._engine.close()

    def _begin(self, connection: Connection) -> Transaction:
        clock = self._clock
        return Transaction(connection, now=clock.now(), protocol_now=clock.protocol_now(), speed=clock.speed)
