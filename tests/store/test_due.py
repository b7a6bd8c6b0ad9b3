"""The due table: nothing twice, nothing lost, oldest first."""

import asyncio
from datetime import timedelta
from itertools import chain

import pytest
import sqlalchemy as sa

from bot.store import due
from bot.store.database import Bell
from bot.store.due import DueKind

TELL, REPEAT = DueKind.TELL_GROUP, DueKind.REPEAT_GROUP


async def put(database, subjects, *, minutes=0.0, kind=TELL, by=due.schedule):
    await database.write(lambda tx: by(tx, kind, subjects, tx.now + timedelta(minutes=minutes)))


async def claim(database, limit=100):
    return await database.write(lambda tx: due.claim(tx, limit))


async def waiting(database):
    return await database.read(lambda tx: tx.execute(sa.select(sa.func.count()).select_from(due.due)).scalar_one())


async def test_claims_what_is_due_oldest_first(database, clock):
    await put(database, [1], minutes=3)
    await put(database, [2], minutes=1)
    await put(database, [3], minutes=9)
    assert await claim(database) == []
    clock.advance(4 * 60)
    assert [row.subject_id for row in await claim(database)] == [2, 1]
    assert await waiting(database) == 1


async def test_claims_no_more_than_its_limit(database):
    await put(database, list(range(50)), minutes=-1)
    assert len(await claim(database, limit=7)) == 7
    assert await waiting(database) == 43


async def test_rollback_puts_a_claim_back(database):
    await put(database, [1], minutes=-1)

    def fail(tx):
        assert due.claim(tx, 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(fail)
    assert [row.subject_id for row in await claim(database)] == [1]


async def test_two_open_claims_share_no_row(database, rival):
    """Each holds its rows for a while before it commits, so the claims truly overlap where the database lets them."""
    await put(database, list(range(40)), minutes=-1)

    def claim_slowly(tx):
        rows = due.claim(tx, 20)
        if not tx.is_sqlite:
            tx.execute(sa.text("SELECT pg_sleep(0.2)"))
        return [row.subject_id for row in rows]

    first, second = await asyncio.gather(database.write(claim_slowly), rival.write(claim_slowly))
    assert len(first) == len(second) == 20
    assert sorted(first + second) == list(range(40))


async def test_many_claimers_take_each_row_once(database, rival):
    await put(database, list(range(600)), minutes=-1)

    async def drain(one):
        taken = []
        while rows := await claim(one, limit=13):
            taken += [row.subject_id for row in rows]
        return taken

    shares = await asyncio.gather(*(drain(one) for one in [database, rival] * 3))
    assert sorted(chain.from_iterable(shares)) == list(range(600))


@pytest.mark.parametrize(
    ("by", "first", "second", "expected"),
    [
        pytest.param(due.schedule, 1, 5, 5, id="schedule moves it later"),
        pytest.param(due.schedule, 5, 1, 1, id="schedule moves it earlier"),
        pytest.param(due.schedule_by, 1, 5, 1, id="schedule_by keeps the earlier one"),
        pytest.param(due.schedule_by, 5, 1, 1, id="schedule_by moves it earlier"),
        pytest.param(due.schedule_by, 3, 3, 3, id="the same again"),
    ],
)
async def test_second_appointment(database, clock, by, first, second, expected):
    start = clock.now()
    for minutes in (first, second):
        await database.write(lambda tx, at=start + timedelta(minutes=minutes): by(tx, TELL, [1], at))
    assert await waiting(database) == 1
    assert await database.read(due.next_due_at) == start + timedelta(minutes=expected)


async def test_kinds_do_not_mix(database):
    await put(database, [1], kind=TELL)
    await put(database, [1], kind=REPEAT)
    await database.write(lambda tx: due.cancel(tx, TELL, [1]))
    assert [(row.kind, row.subject_id) for row in await claim(database)] == [(REPEAT, 1)]


async def test_nothing_to_do_costs_nothing(database):
    await put(database, [])
    await database.write(lambda tx: due.cancel(tx, TELL, []))
    assert await database.read(due.next_due_at) is None


async def test_failed_row_waits_and_counts(database, clock):
    await put(database, [1], minutes=-1)

    def claim_and_fail(tx):
        taken.extend(due.claim(tx, 1))
        raise RuntimeError

    taken = []
    with pytest.raises(RuntimeError):
        await database.write(claim_and_fail)
    await database.write(lambda tx: due.postpone_failed(tx, taken[0], timedelta(minutes=2)))
    assert await claim(database) == []
    clock.advance(121)
    assert [row.failures for row in await claim(database)] == [1]


async def test_overdue_rows_are_counted(database, clock):
    await put(database, [1, 2], minutes=1)
    clock.advance(90)
    assert await database.read(lambda tx: due.count_overdue(tx, timedelta(minutes=1))) == 0
    clock.advance(60)
    assert await database.read(lambda tx: due.count_overdue(tx, timedelta(minutes=1))) == 2


async def test_scheduling_rings_after_the_commit(database):
    heard = []
    database.listen(heard.append)

    def ring_and_fail(tx):
        due.schedule(tx, TELL, [1], tx.now)
        assert heard == []
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(ring_and_fail)
    assert heard == []
    await put(database, [1])
    assert heard == [Bell.DUE]


async def test_kinds_of_a_newer_program_are_left_to_it(database, clock):
    """While replicas are upgraded one by one, an older one must go on with what it knows."""
    unknown = {"kind": "approval.remind", "subject_id": 1, "due_at": clock.now() - timedelta(minutes=9)}
    await database.write(lambda tx: tx.execute(sa.insert(due.due).values(unknown)))
    assert await claim(database) == []
    assert await database.read(due.next_due_at) is None
    await put(database, [2], minutes=-1)
    assert [row.subject_id for row in await database.read(lambda tx: due.ripe(tx, 10))] == [2]
    assert await database.read(due.next_due_at) < clock.now()
    assert [row.subject_id for row in await claim(database)] == [2]
    assert await waiting(database) == 1


async def test_what_waits_is_found_by_time_however_many_kinds_there_are(database):
    """SQLite's planner would take the key of kind and subject, and read a million rows at each tick."""
    if database.dialect != "sqlite":
        return
    plans = []

    def explain(tx):
        def note(_connection, _cursor, statement, parameters, *_):
            if statement.lstrip().startswith("SELECT") and " due" in statement:
                raw = tx.driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.append(" ".join(row[3] for row in raw))

        sa.event.listen(tx.connection, "before_cursor_execute", note)
        due.next_due_at(tx)

    await database.write(explain)
    (plan,) = plans
    assert "ix_due_due_at" in plan
