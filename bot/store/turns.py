"""The line in front of SQLite's one writer: people first, and everybody else in the order of asking."""

import itertools
from collections.abc import Callable
from concurrent.futures import Future
from queue import PriorityQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from bot.errors import DatabaseUnavailable

R = TypeVar("R")

URGENT, USUAL, LAST = range(3)


class _Job(NamedTuple):
    """Jobs are compared by rank, then by number, which no two share."""

    rank: int
    number: int
    done: "Future[Any]"
    work: Callable[[], Any] | None


class Turns:
    """One thread that does one job at a time.

    A press waits behind the write that has begun and behind other presses, never behind the queue of senders, timers
    and delivery. These cannot starve: nobody presses hundreds of buttons a second.
    """

    def __init__(self, name: str) -> None:
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = itertools.count()
        self._closed = False
        # A daemon, so that a program that never closes its database can end; SQLite undoes what had not committed.
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], R], *, urgent: bool = False) -> "Future[R]":
        """Have it done in its turn; until it has begun, the future can be cancelled."""
        if self._closed:
            raise DatabaseUnavailable("The database is closed; nothing was stored.")
        done: Future[R] = Future()
        self._jobs.put(_Job(URGENT if urgent else USUAL, next(self._numbers), done, work))
        return done

    def close(self) -> None:
        """Take nothing more and return when everything taken is done; blocks."""
        self._closed = True
        self._jobs.put(_Job(LAST, next(self._numbers), Future(), None))
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()).work is not None:
            if job.done.set_running_or_notify_cancel():
                _do(job.work, job.done)
            # An idle writer must not keep the last transaction's objects alive.
            del job


def _do(work: Callable[[], Any], done: "Future[Any]") -> None:
    try:
        done.set_result(work())
    # Whatever it raises belongs to whoever waits, and the writer has to go on for the others.
    except BaseException as error:  # noqa: BLE001
        done.set_exception(error)
