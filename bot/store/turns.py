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


class GivesWay(BaseException):
    """A job has undone what it did, and is to be done again from its beginning once people are served.

    Not an Exception: nothing that a job itself handles may swallow it.
    """


class _Job(NamedTuple):
    """Jobs are compared by rank, then by number, which no two share."""

    rank: int
    number: int
    done: "Future[Any]"
    work: Callable[[], Any] | None
    has_given_way: bool = False


class Turns:
    """One thread that does one job at a time.

    A press waits behind other presses, never behind the queue of senders, timers and delivery; and the job that has
    begun may give way to it. These cannot starve: a job gives way once, and nobody presses hundreds of times a second.
    """

    def __init__(self, name: str) -> None:
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = itertools.count()
        self._closed = False
        self._may_give_way = False
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

    def give_way(self) -> None:
        """Called by the job in hand where it can be undone: raises GivesWay when a person waits and it may do so."""
        waiting = self._jobs.queue
        if self._may_give_way and waiting and waiting[0].rank == URGENT:
            raise GivesWay

    def close(self) -> None:
        """Take nothing more and return when everything taken is done; blocks."""
        self._closed = True
        self._jobs.put(_Job(LAST, next(self._numbers), Future(), None))
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()).work is not None:
            if job.has_given_way or job.done.set_running_or_notify_cancel():
                self._do(job, job.work)
            # An idle writer must not keep the last transaction's objects alive.
            del job

    def _do(self, job: _Job, work: Callable[[], Any]) -> None:
        self._may_give_way = job.rank != URGENT and not job.has_given_way
        try:
            job.done.set_result(work())
        except GivesWay:
            # Its number puts it before all that came later.
            self._jobs.put(job._replace(has_given_way=True))
        # Whatever it raises belongs to whoever waits, and the writer has to go on for the others.
        except BaseException as error:  # noqa: BLE001
            job.done.set_exception(error)
