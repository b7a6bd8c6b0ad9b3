"""Redeliveries: the first one counts, even when two replicas get it at once, and a rolled back one did not count."""

import asyncio
from datetime import timedelta

import pytest

from bot.store import inbound


async def first(database, delivery_id="E1", source="event"):
    return await database.write(lambda tx: inbound.is_first(tx, source, delivery_id))


async def test_only_the_first_delivery_counts(database):
    assert await first(database)
    assert not await first(database)
    assert await first(database, "E2")
    assert await first(database, source="press")


async def test_racing_deliveries_count_once(database, rival):
    answers = await asyncio.gather(*(first(one) for one in [database, rival] * 5))
    assert sum(answers) == 1


async def test_delivery_whose_effect_failed_counts_again(database):
    def fail(tx):
        assert inbound.is_first(tx, "event", "E1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(fail)
    assert await first(database)


async def test_overlong_ids_are_kept_apart_by_their_start(database):
    assert await first(database, "x" * 300)
    assert not await first(database, "x" * 300)


async def test_old_deliveries_are_forgotten(database):
    await first(database)
    assert await database.write(lambda tx: inbound.prune(tx, timedelta(hours=1))) == 0
    assert await database.write(lambda tx: inbound.prune(tx, timedelta(seconds=-1))) == 1
    assert await first(database)
