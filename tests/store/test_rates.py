"""The rate budget: evenly, with a burst after a rest, shared by all replicas."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.store import rates
from bot.store.rates import MethodRate

POST = "chat.postMessage"
#: One call in two seconds, three at once after a rest.
TERMS = {POST: MethodRate(per_minute=30, burst=3), "chat.update": MethodRate(per_minute=60, burst=1)}


START = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def book(database, count, *, after=0.0, method=POST):
    """Book `after` seconds past the start: the arithmetic holds to the microsecond, so no clock runs here."""

    def work(tx):
        return rates.book(replace(tx, protocol_now=START + timedelta(seconds=after)), {method: count}, TERMS)

    return (await database.write(work)).get(method, 0)


async def test_burst_then_one_an_interval(database):
    assert await book(database, 10) == 3
    assert await book(database, 10) == 0
    assert await book(database, 10, after=1.999999) == 0
    assert await book(database, 10, after=2) == 1
    assert await book(database, 10, after=2) == 0
    assert await book(database, 10, after=6) == 2


async def test_rest_fills_up_to_the_burst_and_no_further(database):
    assert await book(database, 10) == 3
    assert await book(database, 10, after=3_600) == 3


async def test_less_is_booked_when_less_is_wanted(database):
    assert await book(database, 1) == 1
    assert await book(database, 1) == 1
    assert await book(database, 2) == 1
    assert await book(database, 0) == 0


async def test_methods_have_budgets_of_their_own(database):
    assert await book(database, 3) == 3
    assert await book(database, 3, method="chat.update") == 1


async def test_ten_minutes_of_asking_stay_within_the_rate(database):
    """A rest of 5 s is worth two and a half calls; the half is kept for the next booking, not lost."""
    granted = [await book(database, 100, after=second) for second in range(0, 601, 5)]
    assert granted[:5] == [3, 2, 3, 2, 3]
    assert sum(granted) == 3 + 600 // 2


async def test_racing_replicas_share_one_budget(database, rival):
    granted = await asyncio.gather(*(book(one, 2) for one in [database, rival] * 4))
    assert sum(granted) == 3


async def test_held_method_is_not_booked(database, clock):
    await database.write(lambda tx: rates.hold(tx, POST, timedelta(seconds=30), "Retry-After"))
    assert await database.write(lambda tx: rates.book(tx, {POST: 1}, TERMS)) == {POST: 0}
    await database.write(lambda tx: rates.hold(tx, POST, timedelta(seconds=1), "the answer to another call"))
    start = clock.protocol_now() - START
    assert await book(database, 5, after=start.total_seconds() + 29) == 0, "the longer hold stays"
    assert await book(database, 5, after=start.total_seconds() + 31) == 3


async def test_odd_rates_lose_nothing_to_rounding(database):
    """45 a minute is no whole number of microseconds apart."""
    rate = {"m": MethodRate(per_minute=45, burst=45)}
    assert await database.write(lambda tx: rates.book(tx, {"m": 100}, rate)) == {"m": 45}
