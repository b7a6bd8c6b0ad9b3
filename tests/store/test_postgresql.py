"""PostgreSQL's own ways: conflicts between replicas are repeated, a server that is away is said."""

import asyncio
import time

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.store import destinations
from bot.store.database import Database
from bot.store.open import open_database
from bot.store.postgresql import POOL_SIZE, PostgresqlEngine


@pytest.fixture
def database_url(postgres_url):
    return postgres_url


async def test_deadlock_is_repeated_and_both_come_through(database, rival):
    await database.write(lambda tx: destinations.ensure(tx, ["#a", "#b"]))

    def cross(tx, first, second):
        for name in (first, second):
            tx.execute(
                sa.text("UPDATE destinations SET hold_reason = coalesce(hold_reason, '') || 'x' WHERE channel = :name"),
                {"name": name},
            )
            tx.execute(sa.text("SELECT pg_sleep(0.1)"))

    await asyncio.gather(
        database.write(lambda tx: cross(tx, "#a", "#b")), rival.write(lambda tx: cross(tx, "#b", "#a"))
    )
    found = await database.read(lambda tx: [destinations.by_channel(tx, name).hold_reason for name in ("#a", "#b")])
    assert found == ["xx", "xx"]


async def test_key_that_another_replica_took_is_seen_on_the_repeat(database, rival):
    """Look, then insert: the loser of the race runs again and finds the row."""

    def look_and_insert(tx):
        if destinations.by_channel(tx, "#a"):
            return "there already"
        tx.execute(sa.text("SELECT pg_sleep(0.1)"))
        tx.execute(sa.insert(destinations.destinations).values(channel="#a", next_post_at=tx.now))
        return "inserted"

    answers = await asyncio.gather(database.write(look_and_insert), rival.write(look_and_insert))
    assert sorted(answers) == ["inserted", "there already"]


async def test_server_that_is_away_is_said(tmp_path):
    database = open_database(f"postgresql+asyncpg://postgres:@/riskbot?host={tmp_path}", Clock())
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        await database.read(lambda tx: None)
    await database.close()


async def test_unknown_database_is_said(postgres_server):
    database = open_database(postgres_server.url("nobody"), Clock())
    with pytest.raises(DatabaseUnavailable, match="nobody"):
        await database.read(lambda tx: None)
    await database.close()


async def test_connection_cut_in_the_middle_stores_nothing(database, rival):
    def cut(tx):
        destinations.ensure(tx, ["#a"])
        pid = tx.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        victims.append(pid)
        tx.execute(sa.text("SELECT pg_sleep(5)"))

    victims = []
    writing = asyncio.create_task(database.write(cut))
    while not victims:
        await asyncio.sleep(0.01)
    await rival.write(lambda tx: tx.execute(sa.text(f"SELECT pg_terminate_backend({victims[0]})")))
    with pytest.raises(DatabaseUnavailable):
        await writing
    assert await database.read(lambda tx: destinations.by_channel(tx, "#a")) is None


async def test_idle_connections_cut_by_a_restart_are_replaced(database, rival):
    """A restarted server leaves dead connections in the pool; the next use may fail once and must then work."""
    await database.write(lambda tx: None)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await rival.write(lambda tx: tx.execute(sa.text(others)))
    await asyncio.sleep(0.1)
    for _ in range(2):
        try:
            await database.write(lambda tx: destinations.ensure(tx, ["#a"]))
            break
        except DatabaseUnavailable:
            continue
    assert await database.read(lambda tx: destinations.by_channel(tx, "#a"))


async def test_exhausted_pool_is_busy(postgres_url):
    database = Database(PostgresqlEngine(postgres_url, queue_seconds=0.3), Clock())
    slow = [
        asyncio.create_task(database.write(lambda tx: tx.execute(sa.text("SELECT pg_sleep(1.5)")).all()))
        for _ in range(POOL_SIZE)
    ]
    await asyncio.sleep(0.5)
    with pytest.raises(DatabaseBusy):
        await database.write(lambda tx: None)
    await asyncio.gather(*slow)
    await database.close()


async def test_read_sees_one_snapshot(database, rival):
    """Else `audit verify` would take what is sealed between its statements for a break."""

    def count_twice(tx):
        count = sa.select(sa.func.count()).select_from(destinations.destinations)
        before = tx.execute(count).scalar_one()
        tx.execute(sa.text("SELECT pg_sleep(0.4)"))
        return before, tx.execute(count).scalar_one()

    reading = asyncio.create_task(database.read(count_twice))
    await asyncio.sleep(0.2)
    await rival.write(lambda tx: destinations.ensure(tx, ["#a"]))
    assert await reading == (0, 0)


async def test_transaction_of_a_stopped_process_is_ended(postgres_url):
    """A process that is stopped in a transaction holds its locks, and with them the work of all other replicas."""
    database = Database(PostgresqlEngine(postgres_url, stopped_seconds=0.2), Clock())

    def stop(tx):
        destinations.ensure(tx, ["#a"])
        time.sleep(0.6)
        destinations.ensure(tx, ["#b"])

    with pytest.raises(DatabaseUnavailable):
        await database.write(stop)
    assert await database.read(lambda tx: destinations.by_channel(tx, "#a")) is None
    await database.close()


async def test_a_write_gives_way_between_its_statements_and_is_stored_once(database):
    """Undone with its locks, then done again behind the press; nothing of the first attempt is left."""
    order, loop, pressing = [], asyncio.get_running_loop(), asyncio.Event()

    def batch(tx):
        order.append("batch begins")
        destinations.ensure(tx, ["C1"])
        loop.call_soon(pressing.set)
        # Long enough for the press to come to its first statement.
        tx.connection.exec_driver_sql("SELECT pg_sleep(0.2)")
        seen = tx.execute(sa.text("SELECT count(*) FROM destinations")).scalar_one()
        destinations.ensure(tx, ["C2"])
        return seen

    def press(tx):
        order.append("press")
        # The same row: it is not waited for, since the batch is undone.
        destinations.ensure(tx, ["C1", "C3"])
        tx.connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        order.append("pressed")

    sender = asyncio.create_task(database.write(batch))
    await pressing.wait()
    await database.write(press, urgent=True)
    assert await sender == 2
    assert order[:2] == ["batch begins", "press"]
    assert order.count("batch begins") == 2
    assert order.count("press") == 1
    stored = await database.read(lambda tx: tx.execute(sa.text("SELECT count(*) FROM destinations")).scalar_one())
    assert stored == 3


async def test_presses_give_way_to_nobody(database):
    """Neither to each other nor to anything else: each is begun once."""
    begun = []

    def press(tx, name):
        begun.append(name)
        destinations.ensure(tx, [name])
        tx.connection.exec_driver_sql("SELECT pg_sleep(0.05)")
        tx.execute(sa.text("SELECT 1"))

    await asyncio.gather(
        *(database.write(lambda tx, name=f"C{number}": press(tx, name), urgent=True) for number in range(4))
    )
    assert sorted(begun) == ["C0", "C1", "C2", "C3"]
