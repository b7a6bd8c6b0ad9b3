"""Transactions, the same on both databases: whole or not at all, whatever ends them."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.errors import DatabaseUnavailable, SettingsError
from bot.store import destinations
from bot.store.database import Bell
from bot.store.open import open_database


def names(tx):
    return sorted(row.channel for row in tx.execute(sa.select(destinations.destinations)))


def add(tx, name):
    destinations.ensure(tx, [name])


async def test_write_commits_and_returns(database):
    assert await database.write(lambda tx: add(tx, "#a") or 7) == 7
    assert await database.read(names) == ["#a"]


@pytest.mark.parametrize("error", [RuntimeError, KeyError, asyncio.CancelledError, SystemExit])
async def test_exception_rolls_back(database, error):
    def fail(tx):
        add(tx, "#a")
        raise error

    with pytest.raises(error):
        await database.write(fail)
    assert await database.read(names) == []
    await database.write(lambda tx: add(tx, "#b"))
    assert await database.read(names) == ["#b"]


async def test_broken_constraint_rolls_back_the_whole(database):
    def fail(tx):
        add(tx, "#a")
        tx.execute(sa.insert(destinations.destinations).values(channel="#a", next_post_at=tx.now))

    with pytest.raises(IntegrityError):
        await database.write(fail)
    assert await database.read(names) == []


async def test_savepoint_undoes_its_part_only(database):
    def half(tx):
        add(tx, "#a")
        savepoint = tx.connection.begin_nested()
        add(tx, "#b")
        savepoint.rollback()
        add(tx, "#c")

    await database.write(half)
    assert await database.read(names) == ["#a", "#c"]


async def test_mistake_in_sql_is_not_called_a_broken_database(database):
    """Only what the database cannot take now is DatabaseUnavailable; the rest is a bug and must look like one."""
    with pytest.raises(DBAPIError):
        await database.write(lambda tx: tx.execute(sa.text("SELECT nothing FROM nowhere")))


async def test_reader_cannot_write(database):
    with pytest.raises((DBAPIError, DatabaseUnavailable)):
        await database.read(lambda tx: add(tx, "#a"))
    assert await database.read(names) == []
    await database.write(lambda tx: add(tx, "#a"))


async def test_cancelled_writes_are_whole(database):
    """A write that is cancelled has happened or not; it is never half done, and the next one works."""

    def both(tx, number):
        add(tx, f"#{number}a")
        add(tx, f"#{number}b")

    for number in range(40):
        task = asyncio.create_task(database.write(lambda tx, number=number: both(tx, number)))
        await asyncio.sleep(0.0003 * number)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await database.write(lambda tx: both(tx, "last"))
    found = await database.read(names)
    assert "#lasta" in found
    assert {name[:-1] for name in found if name.endswith("a")} == {name[:-1] for name in found if name.endswith("b")}


async def test_bells_ring_after_the_commit_only(database):
    heard = []
    database.listen(heard.append)

    def ring(tx):
        tx.ring(Bell.DELIVERY)
        tx.ring(Bell.DELIVERY)
        tx.ring(Bell.DUE)
        assert heard == []

    await database.write(ring)
    assert sorted(heard) == [Bell.DELIVERY, Bell.DUE]


async def test_moments_come_back_aware(database, clock):
    await database.write(lambda tx: add(tx, "#a"))
    found = await database.read(lambda tx: destinations.by_channel(tx, "#a"))
    assert found.next_post_at.utcoffset().total_seconds() == 0
    assert abs((clock.protocol_now() - found.next_post_at).total_seconds()) < 5


async def test_naive_moment_is_refused(database):
    naive = sa.insert(destinations.destinations).values(channel="#a", next_post_at=sa.literal("2026-01-01"))
    with pytest.raises(Exception, match=r"offset|tzinfo|isoformat|datetime|astimezone"):
        await database.write(lambda tx: tx.execute(naive.values(next_post_at=tx.now.replace(tzinfo=None))))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("nonsense", "no database address", id="no URL"),
        pytest.param("mysql://host/name", "'mysql'", id="another database"),
        pytest.param("sqlite:////nowhere/at/all/riskbot.db", "does not exist", id="no directory"),
    ],
)
def test_unusable_address_is_explained(clock, url, words):
    with pytest.raises(SettingsError, match=words) as refusal:
        open_database(url, clock)
    assert "sqlite+aiosqlite:///" in refusal.value.hint
