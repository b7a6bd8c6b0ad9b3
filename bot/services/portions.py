"""Pruning in portions: after each the writer is free for whoever waits."""

import asyncio
from collections.abc import Callable

from bot.store.database import Database, Transaction

#: Between two portions whoever waits for the database goes first.
REST_SECONDS = 0.02


async def repeat(database: Database, portion: Callable[[Transaction], int]) -> int:
    """Repeat the portion, a transaction each, until nothing is left; returns what they came to."""
    gone = 0
    while count := await database.write(portion):
        gone += count
        await asyncio.sleep(REST_SECONDS)
    return gone
