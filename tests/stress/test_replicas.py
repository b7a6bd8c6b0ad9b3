"""Two replicas on one database: one is stopped past its lease and goes on, one is killed, one is of an older version."""

import asyncio
import os
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import destinations
from bot.store.database import Transaction
from bot.store.due import due as due_rows
from bot.store.messages import MessageState, Priority, messages
from bot.store.outbox import Note, enqueue
from tests.faults.senders import Condition, send_until_answered
from tests.scenarios.driver import until
from tests.stress.arena import Arena, arena, routes

CHANNELS = ("llm-alerts", "llm-costs", "incidents", "general", "escalations")
SETTINGS = {
    "alerts__routes": routes(CHANNELS),
    # Cards by themselves: as many posts as there are groups, each of which could be repeated.
    "storms__digest_from": "1000",
    "delivery__lease": "3s",
    "delivery__request_timeout": "1s",
    "delivery__settle": "500ms",
    "alerts__group_wait": "100ms",
}
ROUNDS, LONG_ROUNDS = 3, 40
#: Longer than the lease, so that the other replica takes over what the stopped one held.
STOPPED_SECONDS = 4.0


async def test_a_replica_stopped_past_its_lease_repeats_nothing(postgres_url: str, tmp_path: Path) -> None:
    await _stop_and_go_on(postgres_url, tmp_path, ROUNDS)


@pytest.mark.faults
@pytest.mark.timeout(1200)
async def test_a_replica_often_stopped_past_its_lease_repeats_nothing(postgres_url: str, tmp_path: Path) -> None:
    await _stop_and_go_on(postgres_url, tmp_path, LONG_ROUNDS)


async def _stop_and_go_on(url: str, directory: Path, rounds: int) -> None:
    """In each round one of the two is stopped in the middle of its posts; in the end one is killed."""
    async with arena(url, directory, replicas=2, **SETTINGS) as place:
        await asyncio.gather(place.start(0), place.start(1))
        for number in range(rounds):
            stopped = number % 2
            await _send(place, number, by=1 - stopped)
            # In steps that meet the posts of a second at different points.
            await asyncio.sleep(0.15 + (number * 0.037) % 0.5)
            os.kill(place.replicas[stopped].pid, signal.SIGSTOP)
            await asyncio.sleep(STOPPED_SECONDS)
            os.kill(place.replicas[stopped].pid, signal.SIGCONT)
        await _send(place, rounds, by=1)
        await asyncio.sleep(0.3)
        await place.replicas[0].kill(signal.SIGKILL)
        await place.quiet()
        await place.end(1)
        assert not await place.complaints()
        assert not await place.violations()
        await _each_posted_once(place)


async def _send(place: Arena, number: int, by: int) -> None:
    """Two groups for each channel."""
    news = [
        Condition("Slow", f"model-{number}-{each}", channel, "high", 0) for each, channel in enumerate(CHANNELS * 2)
    ]
    await send_until_answered(place.apis[by], "/v1/alerts", [each.alert(fires=True) for each in news])
    for each in news:
        each.answered(fires=True)
    place.conditions += news


async def _each_posted_once(place: Arena) -> None:
    """Also what was deleted or edited since: the journal forgets nothing."""
    keys = Counter(
        call["body"]["metadata"]["event_payload"]["k"]
        for call in await place.workspace.calls("chat.postMessage", ok=True)
    )
    assert {key: count for key, count in keys.items() if count > 1} == {}


async def test_an_older_replica_leaves_what_it_does_not_know(database_url: str, tmp_path: Path) -> None:
    """What a newer one has written is neither touched nor in the way, and the older one stays well."""
    async with arena(database_url, tmp_path, **SETTINGS) as place:
        await place.start()
        await place.database.write(_as_a_newer_program)
        await _send(place, 0, by=0)

        async def all_shown() -> bool:
            shown = sa.select(sa.func.count()).where(messages.c.state == MessageState.SHOWN)
            return await place.database.read(lambda tx: tx.execute(shown).scalar_one()) == len(CHANNELS) * 2

        await until(all_shown, 60)
        await place.ready()
        left = await place.database.read(_left)
        assert left == (["approval.remind"], ["waiting"])
        # Once the newer one has done its part, nothing is wrong with the rest.
        await place.database.write(_do_as_the_newer_one)
        await place.end()
        assert not await place.complaints()


def _as_a_newer_program(tx: Transaction) -> None:
    earlier = tx.now - timedelta(seconds=5)
    tx.execute(sa.insert(due_rows).values(kind="approval.remind", subject_id=1, due_at=earlier))
    for channel in CHANNELS:
        destinations.ensure(tx, [f"#{channel}"])
    enqueue(
        tx, [Note("asked:1", "year_2030/asked", "approval", 1, {}, channel="#llm-alerts", priority=Priority.URGENT)]
    )


def _left(tx: Transaction) -> tuple[list[str], list[str]]:
    kinds = tx.execute(sa.select(due_rows.c.kind).where(due_rows.c.due_at <= tx.now)).scalars()
    states = tx.execute(sa.select(messages.c.state).where(messages.c.key == "asked:1")).scalars()
    return list(kinds), list(states)


def _do_as_the_newer_one(tx: Transaction) -> None:
    tx.execute(sa.delete(due_rows).where(due_rows.c.kind == "approval.remind"))
    tx.execute(sa.delete(messages).where(messages.c.key == "asked:1"))
