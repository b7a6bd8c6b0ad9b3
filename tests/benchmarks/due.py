"""The due tick with a million timers waiting: the look that finds nothing, and a set that is due."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.clock import Clock
from bot.store import due
from bot.store.database import Transaction
from bot.store.due import DueKind
from bot.store.open import open_database
from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, migrated_database

WAITING = 1_000_000
ROUNDS = 200
SET_SIZE = 200


def run() -> None:
    for kind in KINDS:
        with migrated_database(kind) as url:
            asyncio.run(_measure(kind, url))


async def _measure(kind: str, url: str) -> None:
    database = open_database(url, Clock())
    try:
        figures.report(f"{kind}: the tick on an empty table", await _times(database.read, due.next_due_at), "ms")
        await database.write(_fill)
        figures.report(
            f"{kind}: the tick with {WAITING:,} rows waiting", await _times(database.read, due.next_due_at), "ms"
        )
        claim = await _times(database.write, lambda tx: due.claim(tx, SET_SIZE))
        figures.report(f"{kind}: a claim that finds nothing", claim, "ms")
        await database.write(_make_due)
        sets = await _times(database.write, lambda tx: _all(due.claim(tx, SET_SIZE)), rounds=20)
        figures.report(f"{kind}: claiming {SET_SIZE} that are due", sets, "ms")
    finally:
        await database.close()


async def _times(run_in: Callable[..., Any], work: Callable[[Transaction], Any], rounds: int = ROUNDS) -> list[float]:
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await run_in(work)
        took.append((time.perf_counter() - begun) * 1000)
    return took


def _fill(tx: Transaction) -> None:
    """Due evenly over the next year."""
    begin = tx.now + timedelta(hours=1)
    step = timedelta(days=365) / WAITING
    for at in range(0, WAITING, 20_000):
        numbers = range(at, at + 20_000)
        rows = [{"kind": DueKind.REPEAT_GROUP, "subject_id": each, "due_at": begin + step * each} for each in numbers]
        tx.execute(sa.insert(due.due), rows)


def _make_due(tx: Transaction) -> None:
    past = tx.now - timedelta(hours=1)
    tx.execute(sa.update(due.due).where(due.due.c.subject_id < 20 * SET_SIZE).values(due_at=past))


def _all(rows: list[Any]) -> None:
    assert len(rows) == SET_SIZE
