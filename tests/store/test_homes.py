"""App Homes: marked when something concerns their person, taken once, and again when it changed meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store import homes
from bot.store.homes import Stale

ALICE, BO = "U0ALICE", "U0BO"
SECOND = timedelta(seconds=1)


@pytest.fixture
async def looked_at(database):
    """Alice and Bo have theirs open, and see what holds."""
    for user_id in (ALICE, BO):
        await database.write(lambda tx, user_id=user_id: homes.opened(tx, user_id))
    for each in await claimed(database):
        await database.write(lambda tx, each=each: homes.published(tx, each))
    return database


async def claimed(database, later: timedelta = timedelta(0)) -> list[Stale]:
    return sorted(await database.write(lambda tx: homes.claim(replace(tx, protocol_now=tx.protocol_now + later), 10)))


async def touch(database, *people: str, later: timedelta = timedelta(0)) -> None:
    await database.write(
        lambda tx: homes.touch(replace(tx, protocol_now=tx.protocol_now + later), people, "approval", [1])
    )


async def test_only_whom_it_concerns(looked_at):
    assert await claimed(looked_at) == []
    await touch(looked_at, ALICE, "U0NEVER")
    assert await looked_at.read(homes.any_stale)
    assert await claimed(looked_at) == [Stale(ALICE, 2)]
    assert await claimed(looked_at) == [], "it is leased"


async def test_what_changes_while_it_is_published_is_published_next(looked_at):
    await touch(looked_at, ALICE)
    [stale] = await claimed(looked_at)
    await touch(looked_at, ALICE)
    await looked_at.write(lambda tx: homes.published(tx, stale))
    assert await claimed(looked_at) == [Stale(ALICE, 3)]


async def test_a_publisher_that_died_is_replaced(looked_at):
    await touch(looked_at, BO)
    [stale] = await claimed(looked_at)
    assert await claimed(looked_at, later=homes.LEASE + SECOND) == [stale]


async def test_a_home_that_nobody_opens_any_more_rests(looked_at):
    await touch(looked_at, ALICE, later=homes.LOOKED_AT_FOR + SECOND)
    assert await claimed(looked_at) == []
    await looked_at.write(lambda tx: homes.opened(tx, ALICE))
    assert [each.user_id for each in await claimed(looked_at)] == [ALICE]


async def test_forgotten(looked_at):
    await looked_at.write(lambda tx: homes.forget(tx, ALICE))
    await touch(looked_at, ALICE, BO)
    assert [each.user_id for each in await claimed(looked_at)] == [BO]
