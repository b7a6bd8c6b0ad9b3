"""The line in front of SQLite's writer: one job at a time, people first, nobody forgotten."""

import threading

import pytest

from bot.errors import DatabaseUnavailable
from bot.store.turns import GivesWay, Turns


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


class Undoable:
    """A job of many steps that can be undone between them; what it did stands in `log` once it is through."""

    def __init__(self, turns, log, name):
        self._turns, self._log, self._name = turns, log, name
        self.begun, self.go_on, self.times = threading.Event(), threading.Event(), 0

    def __call__(self):
        self.times += 1
        self.begun.set()
        self.go_on.wait(10)
        self._turns.give_way()
        self._log.append(self._name)
        return self._name


def test_the_job_in_hand_gives_way_to_a_person_and_is_done_before_all_that_came_after_it(turns):
    done = []
    batch = Undoable(turns, done, "batch")
    job = turns.submit(batch)
    assert batch.begun.wait(10)
    later = turns.submit(lambda: done.append("timer"))
    press = turns.submit(lambda: done.append("hana"), urgent=True)
    batch.go_on.set()
    assert job.result(10) == "batch"
    later.result(10), press.result(10)
    assert (done, batch.times) == (["hana", "batch", "timer"], 2)


def test_a_job_gives_way_once_so_that_presses_cannot_starve_it(turns):
    done = []
    batch = Undoable(turns, done, "batch")
    turns.submit(batch)
    assert batch.begun.wait(10)

    def press_and_press_again():
        done.append("hana")
        batch.begun.clear()
        batch.go_on.clear()

    first = turns.submit(press_and_press_again, urgent=True)
    batch.go_on.set()
    first.result(10)
    assert batch.begun.wait(10)
    second = turns.submit(lambda: done.append("ivan"), urgent=True)
    batch.go_on.set()
    second.result(10)
    assert (done, batch.times) == (["hana", "batch", "ivan"], 2)


def test_a_job_goes_on_where_only_senders_wait_and_a_press_never_gives_way(turns):
    done = []
    for urgent in (False, True):
        job = Undoable(turns, done, f"urgent={urgent}")
        ended = turns.submit(job, urgent=urgent)
        assert job.begun.wait(10)
        other = turns.submit(lambda: done.append("other"), urgent=urgent)
        job.go_on.set()
        ended.result(10), other.result(10)
        assert job.times == 1
    assert done == ["urgent=False", "other", "urgent=True", "other"]


def test_giving_way_is_no_error_that_a_job_could_handle():
    assert not issubclass(GivesWay, Exception)
