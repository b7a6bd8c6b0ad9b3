"""SQLite's own ways: one writer in the order of asking, other processes beside it, and disks that fail."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.errors import AlreadyServing, DatabaseBusy, DatabaseUnavailable
from bot.store import destinations
from bot.store.database import Database
from bot.store.open import sqlite_path
from bot.store.sqlite import WRITER_PRAGMAS, SqliteEngine

#: Holds one of the lock files until its standard input closes.
HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(sqlite_url):
    return sqlite_path(sqlite_url)


@pytest.fixture
async def engine(path):
    opened = SqliteEngine(path, queue_seconds=0.4)
    yield opened
    await opened.close()


@pytest.fixture
def database(engine):
    return Database(engine, Clock())


class Holder:
    """Another process that holds a lock file."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "held\n"

    def release(self) -> None:
        self.process.communicate()


@pytest.fixture
def hold(path):
    holders = []

    def start(purpose):
        holders.append(Holder(path.with_name(f"{path.name}.{purpose}.lock")))
        return holders[-1]

    yield start
    for holder in holders:
        if holder.process.poll() is None:
            holder.release()


async def test_a_write_gives_way_between_its_statements_and_is_stored_once(database):
    """Undone, then done again behind the press; nothing of the first attempt is left."""
    order, begun, pressed = [], threading.Event(), threading.Event()

    def batch(tx):
        order.append("batch begins")
        destinations.ensure(tx, ["C1"])
        begun.set()
        pressed.wait(10)
        seen = tx.execute(sa.text("SELECT count(*) FROM destinations")).scalar_one()
        destinations.ensure(tx, ["C2"])
        return seen

    def press(tx):
        order.append("press")
        destinations.ensure(tx, ["C3"])

    sender = asyncio.ensure_future(database.write(batch))
    await asyncio.to_thread(begun.wait, 10)
    person = asyncio.ensure_future(database.write(press, urgent=True))
    await asyncio.sleep(0)
    pressed.set()
    await person
    assert await sender == 2, "its own row and the press's, and its first attempt's is gone"
    assert order == ["batch begins", "press", "batch begins"]


async def test_the_loop_stands_still_while_a_press_is_written(database):
    loop, seen = asyncio.get_running_loop(), []

    def press(tx):
        loop.call_soon_threadsafe(seen.append, "the loop went on")
        for number in range(20):
            destinations.ensure(tx, [f"C{number}"])
        return list(seen)

    assert await database.write(press, urgent=True) == []


async def test_the_loop_goes_on_while_anything_else_is_written(database):
    loop, turned = asyncio.get_running_loop(), threading.Event()

    def timer(_tx):
        loop.call_soon_threadsafe(turned.set)
        return turned.wait(10)

    assert await database.write(timer)


async def test_a_press_that_fails_lets_the_loop_go_on_and_is_undone(database):
    def press(tx):
        destinations.ensure(tx, ["C1"])
        raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        await database.write(press, urgent=True)
    assert await database.read(lambda tx: tx.execute(sa.text("SELECT count(*) FROM destinations")).scalar_one()) == 0


async def test_writes_happen_in_the_order_of_asking(path):
    patient = SqliteEngine(path, queue_seconds=60)
    database, done = Database(patient, Clock()), []
    await asyncio.gather(*(database.write(lambda tx, number=number: done.append(number)) for number in range(200)))
    await patient.close()
    assert done == list(range(200))


async def test_write_that_waits_too_long_is_not_begun(database):
    begun = []
    first = asyncio.create_task(database.write(lambda tx: time.sleep(0.8) or "slow"))
    await asyncio.sleep(0.05)
    with pytest.raises(DatabaseBusy, match="not begun"):
        await database.write(lambda tx: begun.append(1))
    assert await first == "slow", "a write that has begun is waited for, however long it takes"
    await database.write(lambda tx: None)
    assert begun == []


async def test_cancelled_write_in_the_queue_is_not_begun(database):
    begun = []
    first = asyncio.create_task(database.write(lambda tx: time.sleep(0.2)))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(database.write(lambda tx: begun.append(1)))
    await asyncio.sleep(0.05)
    second.cancel()
    await first
    with pytest.raises(asyncio.CancelledError):
        await second
    await database.write(lambda tx: None)
    assert begun == []


async def test_readers_go_on_beside_a_write(database):
    slow = asyncio.create_task(database.write(lambda tx: time.sleep(0.3)))
    await asyncio.sleep(0.05)
    await database.read(lambda tx: tx.execute(sa.select(destinations.destinations)).all())
    assert not slow.done()
    await slow


async def test_pragmas_read_back(database):
    def pragmas(tx):
        return {name: str(tx.execute(sa.text(f"PRAGMA {name}")).scalar_one()) for name in WRITER_PRAGMAS}

    assert await database.write(pragmas) == WRITER_PRAGMAS
    assert await database.read(pragmas) == WRITER_PRAGMAS


async def test_other_process_that_writes_is_waited_for(database, hold):
    other = hold("write")
    waiting = asyncio.create_task(database.write(lambda tx: "written"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    other.release()
    assert await waiting == "written"


async def test_other_process_that_writes_too_long_is_said(database, hold):
    hold("write")
    with pytest.raises(DatabaseBusy, match="Another process"):
        await database.write(lambda tx: None)


async def test_two_engines_take_turns(database, path):
    """As `riskbot token create` does beside a running `serve`."""
    other = SqliteEngine(path)
    beside = Database(other, Clock())

    async def write(one, name):
        for number in range(30):
            await one.write(lambda tx, number=number: destinations.ensure(tx, [f"{name}{number}"]))

    await asyncio.gather(write(database, "a"), write(beside, "b"))
    await other.close()
    count = sa.select(sa.func.count()).select_from(destinations.destinations)
    assert await database.read(lambda tx: tx.execute(count).scalar_one()) == 60


async def test_second_serve_is_refused_until_the_first_ends(engine, hold):
    other = hold("serve")
    with pytest.raises(AlreadyServing, match="serve` runs on"):
        engine.claim_serving()
    other.release()
    engine.claim_serving()


async def test_serve_that_was_killed_leaves_the_file_free(engine, hold):
    other = hold("serve")
    other.process.kill()
    other.process.communicate()
    engine.claim_serving()


async def test_full_disk_is_said_and_passes(database):
    """`max_page_count` makes SQLite answer as it does on a full disk."""

    def pages(tx, limit):
        return tx.execute(sa.text(f"PRAGMA max_page_count={limit}")).scalar_one()

    def fill(tx):
        destinations.ensure(tx, [f"{'x' * 70}{number}" for number in range(5_000)])

    await database.write(lambda tx: pages(tx, 1))
    with pytest.raises(DatabaseUnavailable, match="full"):
        await database.write(fill)
    await database.write(lambda tx: pages(tx, 1_000_000))
    await database.write(fill)


async def test_full_disk_is_said_where_the_driver_is_spoken_to_as_well(database):
    """Telemetry's rows go past SQLAlchemy, which would have wrapped the error."""

    def fill(tx):
        tx.execute(sa.text("PRAGMA max_page_count=1")).scalar_one()
        many = [(f"{'x' * 70}{number}", "2026-01-01") for number in range(5_000)]
        tx.driver.executemany("INSERT INTO destinations (channel, next_post_at) VALUES (?, ?)", many)

    with pytest.raises(DatabaseUnavailable, match="full"):
        await database.write(fill)


@pytest.mark.parametrize(("spills", "store"), [(False, 2), (True, 0)], ids=["serving", "migrating"])
async def test_only_a_migration_spills_to_disk(engine, database, spills, store):
    """A migration may sort a whole table; for the index of fresh keys a file would cost more than the keys."""
    if spills:
        engine.spill_to_disk()
    assert await database.write(lambda tx: tx.driver.execute("PRAGMA temp_store").fetchone()) == (store,)


async def test_file_that_is_no_database_is_said(tmp_path):
    path = tmp_path / "riskbot.db"
    path.write_bytes(b"this is a letter, not a database. " * 100)
    engine = SqliteEngine(path)
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        await Database(engine, Clock()).write(lambda tx: None)
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        await Database(engine, Clock()).read(lambda tx: tx.execute(sa.text("SELECT 1 FROM sqlite_master")))
    await engine.close()


def test_place_without_lock_files_is_said(tmp_path):
    (tmp_path / "riskbot.db.write.lock").mkdir()
    with pytest.raises(DatabaseUnavailable, match=r"write\.lock cannot be opened"):
        SqliteEngine(tmp_path / "riskbot.db")
