"""Does what is due: sleeps until the next due time, claims rows in sets, and does them in the claiming transaction."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from bot.clock import rest
from bot.failpoints import FailPoint, pass_by
from bot.store import due
from bot.store.database import Bell, Database, Transaction
from bot.store.due import DueKind, DueRow

logger = logging.getLogger(__name__)

Work = Callable[[Transaction, Sequence[DueRow]], None]

#: Rows in one transaction: large enough for thousands a second, small enough that a press waits only some ms.
SET_SIZE = 200
#: The longest sleep; a row that another replica put in is seen after at most this.
LONGEST_SLEEP_SECONDS = 1.0
FIRST_PAUSE = timedelta(seconds=5)
#: A row that failed so often is tried only this rarely, and stays on record.
LONGEST_PAUSE = timedelta(hours=1)


class DueRunner:
    """One per process; replicas take different rows."""

    def __init__(self, database: Database, works: Mapping[DueKind, Work]) -> None:
        self._database = database
        self._works = works
        self._wake = asyncio.Event()
        self._stopping = False
        #: Protocol time of the last look or set that ended well, for health: a long backlog is no standstill.
        self.last_look_at = database.clock.protocol_now()
        database.listen(self._on_bell)

    def _on_bell(self, bell: Bell) -> None:
        if bell == Bell.DUE:
            self._wake.set()

    def ring(self) -> None:
        """Look now: the second's bell, and the sandbox's clock when somebody moved it."""
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            pause = await self._look()
            await rest(pause, self._wake)

    async def _look(self) -> float:
        try:
            await self.do_all()
            next_at = await self._database.read(due.next_due_at)
            self._alive()
        except Exception:
            # A database away for a moment must not end the timers; the next look comes in a second.
            logger.exception("A look for due work failed", extra={"action": "due_look_failed"})
            return LONGEST_SLEEP_SECONDS
        if next_at is None:
            return LONGEST_SLEEP_SECONDS
        return min(LONGEST_SLEEP_SECONDS, self._database.clock.real_seconds_until(next_at))

    def _alive(self) -> None:
        self.last_look_at = self._database.clock.protocol_now()

    async def do_all(self) -> int:
        """Do everything that is due now; returns how many rows were done."""
        done = 0
        while await self._database.read(self._anything_due):
            count = await self._do_set()
            self._alive()
            done += count
            if not count:
                break
        return done

    @staticmethod
    def _anything_due(tx: Transaction) -> bool:
        next_at = due.next_due_at(tx)
        return next_at is not None and next_at <= tx.now

    async def _do_set(self) -> int:
        try:
            count = await self._database.write(lambda tx: self._work(tx, due.claim(tx, SET_SIZE)))
        except Exception:
            # The set was rolled back whole; one by one the healthy rows are done and the poison is put aside.
            logger.exception("A set of due work failed; doing it one by one", extra={"action": "due_set_failed"})
            return await self._one_by_one()
        if count:
            pass_by(FailPoint.DUE_COMMITTED)
        return count

    def _work(self, tx: Transaction, rows: Sequence[DueRow]) -> int:
        for kind in DueKind:
            mine = [row for row in rows if row.kind == kind]
            if mine:
                self._works[kind](tx, mine)
        if rows:
            pass_by(FailPoint.DUE_BEFORE_COMMIT)
        return len(rows)

    async def _one_by_one(self) -> int:
        rows = await self._database.read(lambda tx: due.ripe(tx, SET_SIZE))
        for row in rows:
            await self._do_one(row)
        return len(rows)

    async def _do_one(self, row: DueRow) -> None:
        try:
            await self._database.write(lambda tx: self._work(tx, due.claim_one(tx, row)))
        except Exception:
            # Whatever is wrong with this row, the rows behind it are due as well.
            logger.exception("Due work %s of %s failed", row.kind, row.subject_id, extra={"action": "due_failed"})
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.failures, 12))
            await self._database.write(lambda tx: due.postpone_failed(tx, row, pause))
