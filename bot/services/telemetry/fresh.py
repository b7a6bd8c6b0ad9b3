"""Keys that have just come, put in their place among all keys; on SQLite alone, where there is such a backlog."""

from collections import defaultdict
from functools import partial

from bot.store.database import Database
from bot.store.telemetry import fresh_keys

#: Looked at together: the more keys are sorted at once, the more of them share a page. About 100,000 keys.
COMMITS, CHARACTERS = 10_000, 2_000_000
#: Put in place in one transaction, which a person may have to wait for.
PLACED_AT_ONCE = 1_000


async def place_keys(database: Database) -> int:
    """Put everything that waits in its place; returns the number of keys."""
    placed, is_all = 0, database.dialect != "sqlite"
    while not is_all:
        commits, is_all = await database.read(lambda tx: fresh_keys.oldest(tx, COMMITS, CHARACTERS))
        by_day: defaultdict[int, list[int]] = defaultdict(list)
        for commit in commits:
            by_day[commit.arrived_day] += commit.keys
        for day, keys in by_day.items():
            await _place(database, sorted(keys), day)
            placed += len(keys)
        if commits:
            await database.write(partial(fresh_keys.forget, up_to=commits[-1].id))
    return placed


async def _place(database: Database, ordered: list[int], day: int) -> None:
    for start in range(0, len(ordered), PLACED_AT_ONCE):
        some = ordered[start : start + PLACED_AT_ONCE]
        await database.write(partial(fresh_keys.place, keys=some, arrived_day=day))
