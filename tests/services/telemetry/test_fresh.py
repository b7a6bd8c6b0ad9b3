"""Keys that have just come, on SQLite: known at once, whoever wrote them down, and forgotten with what is undone."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.clock import Clock
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.services.telemetry.fresh import place_keys
from bot.store import migrations
from bot.store.open import open_database
from bot.store.telemetry import fresh_keys, keys
from tests.services.telemetry.conftest import KEEPING, make_calls


@pytest.fixture
async def sqlite(sqlite_url):
    opened = open_database(sqlite_url, Clock())
    yield opened
    await opened.close()


async def in_place(database) -> list[tuple[int, int]]:
    return await database.read(lambda tx: keys.page(tx, None, 10))


async def waiting(database) -> int:
    return await database.read(
        lambda tx: tx.execute(sa.select(sa.func.count()).select_from(fresh_keys.fresh_keys)).scalar_one()
    )


async def take(database, some, day=10) -> set[int]:
    return await database.write(lambda tx: keys.take(tx, some, day))


async def test_a_key_is_known_before_it_is_in_its_place_and_after(sqlite):
    assert await take(sqlite, {3, -1, 2}) == {3, -1, 2}
    assert await take(sqlite, {2, 4}, day=11) == {4}
    assert await in_place(sqlite) == []
    assert await place_keys(sqlite) == 4
    assert await in_place(sqlite) == [(-1, 10), (2, 10), (3, 10), (4, 11)]
    assert await waiting(sqlite) == 0
    assert await take(sqlite, {-1, 2, 3, 4}, day=12) == set()
    assert await place_keys(sqlite) == 0


async def test_what_is_undone_was_never_known(sqlite):
    def taken_and_undone(tx):
        keys.take(tx, {1, 2}, 10)
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await sqlite.write(taken_and_undone)
    assert await take(sqlite, {1}) == {1}
    with pytest.raises(LookupError):
        await sqlite.write(taken_and_undone)
    assert await take(sqlite, {1, 2}) == {2}


async def test_another_process_knows_them_too(sqlite, sqlite_url):
    """Each has its own picture of what waits, in its memory; the other's commit makes it look again."""
    assert await take(sqlite, {1}) == {1}
    other = open_database(sqlite_url, Clock())
    assert await take(other, {1, 2}) == {2}
    assert await take(sqlite, {1, 2, 3}) == {3}
    assert await place_keys(other) == 3
    assert await take(sqlite, {1, 2, 3, 4}) == {4}
    await other.close()


async def test_a_kill_between_the_place_and_the_forgetting_does_no_harm(sqlite, sqlite_url):
    await take(sqlite, {1, 2, 3})
    await sqlite.write(lambda tx: fresh_keys.place(tx, [1, 2], 10))
    again = open_database(sqlite_url, Clock())
    assert await take(again, {1, 2, 3, 4}) == {4}
    assert await place_keys(again) == 4
    assert await in_place(again) == [(1, 10), (2, 10), (3, 10), (4, 10)]
    await again.close()


async def test_the_folder_puts_them_in_their_place(sqlite, monkeypatch):
    monkeypatch.setattr("bot.services.telemetry.fold.KEYS_REST_SECONDS", 0.0)
    told = make_calls(30)
    desk, folder = TelemetryDesk(sqlite, KEEPING), Folder(sqlite)
    await desk.receive(told)
    running = asyncio.create_task(folder.run())
    async with asyncio.timeout(20):
        while await waiting(sqlite):
            await asyncio.sleep(0.01)
    folder.stop()
    await running
    assert not any(await desk.receive(told))


async def test_looking_a_key_up_reads_no_table_through(sqlite):
    await take(sqlite, {1})
    plan = await sqlite.write(
        lambda tx: [row[3] for row in tx.driver.execute(f"EXPLAIN QUERY PLAN {fresh_keys.KNOWN}", ("[1]",))]
    )
    assert not [line for line in plan if line.startswith("SCAN") and "json_each" not in line and "CONSTANT" not in line]
    assert any("call_keys" in line and "SEARCH" in line for line in plan), plan


async def test_an_older_schema_keeps_what_was_not_in_its_place(sqlite, sqlite_url):
    await take(sqlite, {5, 6})
    await migrations.downgrade(sqlite_url, "0022")
    await migrations.upgrade(sqlite_url)
    again = open_database(sqlite_url, Clock())
    assert await take(again, {5, 6, 7}) == {7}
    await again.close()
