"""Many small requests share one commit, and each is answered only when its own items are durable."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from bot.clock import monotonic_seconds
from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.ingest.problems import Interrupted

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Faults of the database, not of anybody's data: trying each request alone would only take as long once more.
SHARED_FAULTS = (DatabaseBusy, DatabaseUnavailable)

#: Without a newcomer for so long a write begins: three times what lies between the requests of two busy senders.
QUIET_SECONDS = 0.000_15


class _Share(NamedTuple, Generic[Item, Result]):
    """Items that go into one write together: a request, or a piece of a large one."""

    items: Sequence[Item]
    done: "asyncio.Future[Sequence[Result]]"
    queued_at: float


class GroupCommit(Generic[Item, Result]):
    """One write at a time; whatever comes meanwhile goes into the next one, in the order of coming.

    A write holds at most `max_items`, so that a press waits behind one short write and no more. A larger request goes
    in several writes. `write` must be idempotent: a caller that saw an error sends again what may be stored already.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        max_items: int = 8,
        max_queued: int = 2_000,
        queue_seconds: float = 5.0,
        gather_seconds: float = 0.0,
        give_way: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._write = write
        self._max_items = max_items
        self._max_queued = max_queued
        self._queue_seconds = queue_seconds
        self._gather_seconds = gather_seconds
        #: Awaited before each write: a write on PostgreSQL shares the loop with a press, statement by statement.
        self._give_way = give_way
        #: Requests of the last write, whose senders may be sending again, and those that came meanwhile.
        self._expected = 0
        self._queue: deque[_Share[Item, Result]] = deque()
        self._queued_items = 0
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    async def submit(self, items: Sequence[Item]) -> list[Result]:
        """Write the items; returns their results, in order, once all are durable.

        Raises DatabaseBusy when too much waits already or the wait grows too long, DatabaseUnavailable while shutting
        down, Interrupted when either befalls a large request in its midst, and whatever the write raises for these
        very items. A caller that is cancelled disturbs nobody: what
        has not begun is taken out of the queue, what has begun is written.
        """
        shares = self._enqueue(items)
        try:
            return [result for share in shares for result in await share.done]
        except BaseException as error:
            # Also of a caller that is cancelled: only then, or after a fault, is there anything to let go.
            stored = sum(len(share.items) for share in shares if _is_stored(share))
            for share in shares:
                _let_go(share)
            if stored and isinstance(error, SHARED_FAULTS):
                raise Interrupted(f"{stored:,} items are stored, then: {error}") from error
            raise

    def begin(self, item: Item) -> "asyncio.Future[Sequence[Result]]":
        """Write one item, for a caller that is no task; raises as `submit`, at once or later.

        The future is the caller's alone: cancelled before its turn, it takes the item along.
        """
        [share] = self._enqueue([item])
        return share.done

    async def drain(self) -> None:
        """Refuse what comes from now on, and return when everything taken before is written or failed."""
        self._closing = True
        if self._writer is not None:
            await asyncio.wait([self._writer])

    def _enqueue(self, items: Sequence[Item]) -> list[_Share[Item, Result]]:
        if self._closing:
            raise DatabaseUnavailable("riskbot is stopping; nothing was stored.")
        if self._queued_items and self._queued_items + len(items) > self._max_queued:
            raise DatabaseBusy(f"{self._queued_items} items wait to be written; nothing was stored.")
        loop, now = asyncio.get_running_loop(), monotonic_seconds()
        size = self._max_items
        pieces = [items] if 0 < len(items) <= size else [items[at : at + size] for at in range(0, len(items), size)]
        shares = [_Share(piece, loop.create_future(), now) for piece in pieces]
        self._queue.extend(shares)
        self._queued_items += len(items)
        if shares and (self._writer is None or self._writer.done()):
            self._writer = loop.create_task(self._run())
        return shares

    async def _run(self) -> None:
        try:
            while self._queue:
                await self._gather()
                if self._give_way is not None:
                    await self._give_way()
                shares = self._next()
                if shares:
                    await self._commit(shares)
                self._expected = len(shares) + len(self._queue)
        finally:
            # Only a cancelled writer leaves anything behind; nobody may wait for it for ever.
            while self._queue:
                self._queue.popleft().done.cancel()
            self._queued_items = 0

    async def _gather(self) -> None:
        """Let requests that are on their way in come along: of 16 senders the answered ones are just sending again.

        A commit costs the machine as much as ten items do, so waiting for them, for at most `gather_seconds`, is
        faster for everybody: senders out of step would go on in small groups. It ends with the last one that is
        expected, or when no more come.
        """
        now = newest = monotonic_seconds()
        until, known = now + self._gather_seconds, 0
        while self._more_may_come() and now < min(until, newest + QUIET_SECONDS):
            await asyncio.sleep(0)
            now = monotonic_seconds()
            if len(self._queue) > known:
                known, newest = len(self._queue), now

    def _more_may_come(self) -> bool:
        return len(self._queue) < self._expected and self._queued_items < self._max_items

    def _next(self) -> list[_Share[Item, Result]]:
        """Whole shares from the front, as many as fit into one write."""
        taken: list[_Share[Item, Result]] = []
        room = self._max_items
        while self._queue and len(self._queue[0].items) <= room:
            share = self._queue.popleft()
            self._queued_items -= len(share.items)
            if self._is_awaited(share):
                taken.append(share)
                room -= len(share.items)
        return taken

    def _is_awaited(self, share: _Share[Item, Result]) -> bool:
        if share.done.done():
            return False
        if monotonic_seconds() - share.queued_at <= self._queue_seconds:
            return True
        waited = DatabaseBusy(f"The write waited {self._queue_seconds:g} s for its turn and was not begun.")
        share.done.set_exception(waited)
        return False

    async def _commit(self, shares: Sequence[_Share[Item, Result]]) -> None:
        try:
            results = await self._write([item for share in shares for item in share.items])
        except SHARED_FAULTS as error:
            _fail(shares, error)
        except asyncio.CancelledError:
            for share in shares:
                share.done.cancel()
            raise
        # Whatever it is, somebody's data brought it up, and the writer has to go on for the others.
        except Exception as error:  # noqa: BLE001
            await self._one_by_one(shares, error)
        else:
            _hand_out(shares, results)

    async def _one_by_one(self, shares: Sequence[_Share[Item, Result]], error: Exception) -> None:
        if len(shares) == 1:
            _fail(shares, error)
        else:
            for share in shares:
                await self._commit([share])


def _is_stored(share: _Share[Item, Result]) -> bool:
    return share.done.done() and not share.done.cancelled() and share.done.exception() is None


def _let_go(share: _Share[Item, Result]) -> None:
    """Nobody waits for it any more: one that has not begun never will, and a fault that nobody hears is no news."""
    if share.done.done() and not share.done.cancelled():
        share.done.exception()
    share.done.cancel()


def _hand_out(shares: Sequence[_Share[Item, Result]], results: Sequence[Result]) -> None:
    at = 0
    for share in shares:
        end = at + len(share.items)
        if not share.done.done():
            share.done.set_result(results[at:end])
        at = end


def _fail(shares: Sequence[_Share[Item, Result]], error: Exception) -> None:
    for share in shares:
        if not share.done.done():
            share.done.set_exception(error)
