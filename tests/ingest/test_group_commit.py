"""The group commit alone: sharing, order, one bad request among good ones, cancellation, limits, shutdown."""

import asyncio

import pytest

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.ingest import group_commit
from bot.ingest.group_commit import GroupCommit
from bot.ingest.problems import Interrupted


class Writer:
    """Writes to a list; `gate` holds writes back, a number in `poison` cannot be written, `fault` befalls all."""

    def __init__(self) -> None:
        self.writes: list[list[int]] = []
        self.poison: set[int] = set()
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_once = 0
        self.most_at_once = 0

    async def write(self, items):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
            if self.fault:
                raise self.fault
            if self.poison.intersection(items):
                raise ValueError(f"poison in {items}")
            self.writes.append(list(items))
            return [item * 10 for item in items]
        finally:
            self.at_once -= 1

    @property
    def written(self) -> list[int]:
        return [item for write in self.writes for item in write]


@pytest.fixture
def writer() -> Writer:
    return Writer()


def submit(commits: GroupCommit, *items: int) -> asyncio.Task:
    return asyncio.create_task(commits.submit(items))


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_comes_during_a_write_shares_the_next(writer):
    commits = GroupCommit(writer.write, max_items=8)
    writer.gate.clear()
    first = submit(commits, 1)
    await settle()
    others = [submit(commits, n, n + 100) for n in range(2, 6)]
    await settle()
    writer.gate.set()
    assert await first == [10]
    assert [await each for each in others] == [[n * 10, n * 10 + 1000] for n in range(2, 6)]
    assert writer.writes == [[1], [2, 102, 3, 103, 4, 104, 5, 105]]
    assert writer.most_at_once == 1


async def test_a_write_takes_whole_requests_in_order_up_to_its_limit(writer):
    commits = GroupCommit(writer.write, max_items=4)
    writer.gate.clear()
    tasks = [submit(commits, 0)]
    await settle()
    tasks += [submit(commits, 1, 2, 3), submit(commits, 4, 5), submit(commits, 6)]
    await settle()
    writer.gate.set()
    await asyncio.gather(*tasks)
    assert writer.writes == [[0], [1, 2, 3], [4, 5, 6]]


async def test_a_large_request_goes_in_several_writes_and_is_answered_when_all_are_done(writer):
    commits = GroupCommit(writer.write, max_items=4)
    assert await commits.submit(range(10)) == [n * 10 for n in range(10)]
    assert writer.writes == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_nothing_is_written_for_nothing(writer):
    commits = GroupCommit(writer.write)
    assert await commits.submit([]) == []
    assert writer.writes == []
    await commits.drain()


async def test_a_bad_request_does_not_spoil_the_others(writer):
    commits = GroupCommit(writer.write, max_items=8)
    writer.poison = {3}
    writer.gate.clear()
    tasks = [submit(commits, 0)]
    await settle()
    tasks += [submit(commits, n) for n in range(1, 6)]
    await settle()
    writer.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in results] == [list, list, list, ValueError, list, list]
    assert writer.written == [0, 1, 2, 4, 5]
    assert await commits.submit([7]) == [70]


@pytest.mark.parametrize("fault", [DatabaseBusy("busy"), DatabaseUnavailable("full")])
async def test_a_fault_of_the_database_is_told_to_all_and_not_tried_for_each(writer, fault):
    commits = GroupCommit(writer.write)
    writer.fault = fault
    writer.gate.clear()
    tasks = [submit(commits, n) for n in range(20)]
    await settle()
    writer.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(each) for each in results} == {type(fault)}
    writer.fault = None
    assert await commits.submit([1]) == [10]


async def test_cancelling_one_caller_disturbs_nobody(writer):
    commits = GroupCommit(writer.write, max_items=8)
    writer.gate.clear()
    begun = submit(commits, 1)
    await settle()
    waiting, left, right = submit(commits, 2), submit(commits, 3), submit(commits, 4)
    await settle()
    begun.cancel()
    left.cancel()
    await settle()
    writer.gate.set()
    assert (await waiting, await right) == ([20], [40])
    # What had begun is written, what had only waited is not.
    assert writer.writes == [[1], [2, 4]]
    assert begun.cancelled()
    assert left.cancelled()


async def test_a_full_queue_refuses_at_once_but_never_a_lone_large_request(writer):
    commits = GroupCommit(writer.write, max_items=2, max_queued=4)
    writer.gate.clear()
    large = submit(commits, *range(6))
    await settle()
    with pytest.raises(DatabaseBusy, match="wait to be written"):
        await commits.submit([9])
    writer.gate.set()
    assert len(await large) == 6
    assert await commits.submit([9]) == [90]


async def test_a_long_wait_is_refused_and_nothing_of_it_written(writer):
    commits = GroupCommit(writer.write, max_items=1, queue_seconds=0.02)
    writer.gate.clear()
    first = submit(commits, 1)
    await settle()
    late = [submit(commits, 2, 3), submit(commits, 4)]
    await asyncio.sleep(0.05)
    writer.gate.set()
    assert await first == [10]
    for task in late:
        with pytest.raises(DatabaseBusy, match="was not begun"):
            await task
    assert writer.written == [1]


async def test_a_fault_in_the_middle_of_a_large_request_says_that_a_part_is_stored(writer):
    commits = GroupCommit(writer.write, max_items=2)
    writer.gate.clear()
    large, small = submit(commits, *range(6)), submit(commits, 7)
    await settle()
    writer.gate.set()
    while writer.written != [0, 1]:
        await asyncio.sleep(0)
    writer.fault = DatabaseUnavailable("disk full; nothing was stored")
    with pytest.raises(Interrupted, match="2 items are stored, then: disk full"):
        await large
    with pytest.raises(DatabaseUnavailable):
        await small


async def test_draining_finishes_what_was_taken_and_refuses_what_comes(writer):
    commits = GroupCommit(writer.write, max_items=2)
    writer.gate.clear()
    tasks = [submit(commits, n) for n in range(5)]
    await settle()
    draining = asyncio.create_task(commits.drain())
    await settle()
    with pytest.raises(DatabaseUnavailable, match="stopping"):
        await commits.submit([9])
    assert not draining.done()
    writer.gate.set()
    await draining
    assert await asyncio.gather(*tasks) == [[n * 10] for n in range(5)]


async def test_a_writer_that_is_cancelled_leaves_nobody_waiting(writer):
    commits = GroupCommit(writer.write, max_items=1)
    writer.gate.clear()
    tasks = [submit(commits, n) for n in range(3)]
    await settle()
    commits._writer.cancel()
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 1)
    assert all(isinstance(each, asyncio.CancelledError) for each in results)
    writer.gate.set()
    assert await commits.submit([5]) == [50]


@pytest.fixture
def patient(writer, monkeypatch) -> GroupCommit:
    """One that waits nearly for ever for those that it expects."""
    monkeypatch.setattr(group_commit, "QUIET_SECONDS", 600)
    return GroupCommit(writer.write, max_items=8, gather_seconds=600)


async def test_senders_that_are_answered_are_waited_for_and_no_others(writer, patient):
    writer.gate.clear()
    first = submit(patient, 0)
    await settle()
    others = [submit(patient, n) for n in (1, 2)]
    await settle()
    writer.gate.set()
    async with asyncio.timeout(20):
        await first
        await settle()
        assert not any(each.done() for each in others), "the first one is expected again"
        await asyncio.gather(submit(patient, 3), *others)
        again = [submit(patient, n) for n in (4, 5)]
        await settle()
        await asyncio.gather(*again, submit(patient, 6))
    assert writer.writes == [[0], [1, 2, 3], [4, 5, 6]]


async def test_a_lone_sender_is_not_waited_with(writer, patient):
    async with asyncio.timeout(20):
        for number in range(3):
            assert await patient.submit([number]) == [number * 10]


async def test_a_batch_before_it_makes_no_lone_sender_wait(writer, patient):
    async with asyncio.timeout(20):
        await patient.submit(range(8))
        assert await patient.submit([8]) == [80]


async def test_fewer_than_expected_are_written_when_no_more_come(writer):
    commits = GroupCommit(writer.write, max_items=8, gather_seconds=600)
    async with asyncio.timeout(20):
        await asyncio.gather(*(submit(commits, n) for n in range(3)))
        assert await commits.submit([4]) == [40]


async def test_one_item_is_begun_without_a_task(writer):
    commits = GroupCommit(writer.write)
    first, second = commits.begin(1), commits.begin(2)
    assert (await first, await second) == ([10], [20])
    writer.fault = DatabaseUnavailable("gone")
    with pytest.raises(DatabaseUnavailable):
        await commits.begin(3)


async def test_one_that_is_given_up_before_its_turn_is_not_written(writer):
    commits = GroupCommit(writer.write)
    given_up = commits.begin(1)
    given_up.cancel()
    assert await commits.begin(2) == [20]
    assert writer.written == [2]
