"""The line in front of SQLite's writer: one job at a time, people first, nobody forgotten."""

import threading

import pytest

from bot.errors import DatabaseUnavailable
from bot.store.turns import Turns


@pytest.fixture
def turns():
    opened = Turns("writer")
    yield opened
    opened.close()


@pytest.fixture
def busy(turns):
    """Something has begun; call it to let it end."""
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go_on.wait(10)

    turns.submit(slow)
    assert begun.wait(10)
    yield go_on.set
    go_on.set()


def test_jobs_are_done_in_the_order_of_asking(turns, busy):
    done = []
    jobs = [turns.submit(lambda number=number: done.append(number)) for number in range(100)]
    busy()
    [job.result(10) for job in jobs]
    assert done == list(range(100))


def test_urgent_jobs_go_first_in_their_own_order(turns, busy):
    done = []
    jobs = [turns.submit(lambda name=name: done.append(name)) for name in ("sender", "timer")]
    jobs += [turns.submit(lambda name=name: done.append(name), urgent=True) for name in ("hana", "ivan")]
    jobs += [turns.submit(lambda: done.append("delivery"))]
    busy()
    [job.result(10) for job in jobs]
    assert done == ["hana", "ivan", "sender", "timer", "delivery"]


def test_a_job_that_has_not_begun_can_be_taken_back(turns, busy):
    done = []
    job = turns.submit(lambda: done.append("unwanted"))
    assert job.cancel()
    after = turns.submit(lambda: done.append("wanted"))
    busy()
    after.result(10)
    assert done == ["wanted"]


def test_an_error_is_its_own_jobs_alone(turns):
    def fail():
        raise ValueError("this one")

    with pytest.raises(ValueError, match="this one"):
        turns.submit(fail).result(10)
    assert turns.submit(lambda: "next").result(10) == "next"


def test_closing_waits_for_what_was_taken_and_refuses_the_rest():
    turns, done = Turns("writer"), []
    for number in range(50):
        turns.submit(lambda number=number: done.append(number))
    turns.close()
    assert done == list(range(50))
    with pytest.raises(DatabaseUnavailable, match="closed"):
        turns.submit(lambda: None)
