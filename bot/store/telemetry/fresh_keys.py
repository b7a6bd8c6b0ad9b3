"""Keys that have just come, on SQLite: written down in the order of coming, and put in their place every ten seconds.

A key is a hash, so each has its place on another page of the table of keys. To put 16 of them there in one commit
would write four times as many pages as the calls themselves; thousands of keys, sorted, share their pages.
"""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Integer, Table, Text, delete

from bot.store.database import Transaction
from bot.store.schema import Id, metadata
from bot.store.telemetry import backlog

fresh_keys = Table(
    "fresh_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("arrived_day", Integer, nullable=False),
    #: A JSON array, one for each commit.
    Column("arrived", Text, nullable=False),
)

#: The same keys to be looked up, in the memory of the writer's connection; it commits and rolls back with the rest.
_MADE = (
    "CREATE TEMP TABLE fresh_index (key INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE fresh_version (version INTEGER NOT NULL)",
)
_LOADED = (
    "DELETE FROM fresh_index",
    "INSERT OR IGNORE INTO fresh_index SELECT value FROM fresh_keys, json_each(arrived)",
    "DELETE FROM fresh_version",
)
KNOWN = (
    "SELECT value FROM json_each(?1) "
    "WHERE EXISTS (SELECT 1 FROM fresh_index WHERE key = value) OR EXISTS (SELECT 1 FROM call_keys WHERE key = value)"
)
_INDEX = "INSERT INTO fresh_index SELECT value FROM json_each(?)"
_WRITE = "INSERT INTO fresh_keys (arrived_day, arrived) VALUES (?, ?)"
_PLACE = "INSERT OR IGNORE INTO call_keys (key, arrived_day) SELECT value, ?2 FROM json_each(?1)"
_FORGET = "DELETE FROM fresh_index WHERE key IN (SELECT value FROM json_each(?))"


class Fresh(NamedTuple):
    """The keys of one commit."""

    id: int
    arrived_day: int
    keys: list[int]


def take(tx: Transaction, ordered: Sequence[int], arrived_day: int) -> set[int]:
    """Note the keys; gives those that were not there."""
    _keep_up(tx.driver)
    told = json.dumps(ordered)
    known = {key for (key,) in tx.driver.execute(KNOWN, (told,))}
    new = [key for key in ordered if key not in known] if known else ordered
    if new:
        written = json.dumps(new) if known else told
        tx.driver.execute(_INDEX, (written,))
        tx.driver.execute(_WRITE, (arrived_day, written))
    return set(new)


def oldest(tx: Transaction, commits: int, characters: int) -> tuple[list[Fresh], bool]:
    """The keys of the oldest commits, without taking them away, and whether these are all."""
    rows, is_all = backlog.oldest(tx, fresh_keys, fresh_keys.c.arrived, limit=commits, characters=characters)
    return [Fresh(row.id, row.arrived_day, json.loads(row.arrived)) for row in rows], is_all


def place(tx: Transaction, keys: Sequence[int], arrived_day: int) -> None:
    """Put keys, in their order, where they belong; until they are forgotten here they are known twice."""
    _keep_up(tx.driver)
    told = json.dumps(keys)
    tx.driver.execute(_PLACE, (told, arrived_day))
    tx.driver.execute(_FORGET, (told,))


def forget(tx: Transaction, up_to: int) -> None:
    """Forget the commits up to this id, whose keys are all in their place."""
    tx.execute(delete(fresh_keys).where(fresh_keys.c.id <= up_to))


def _keep_up(driver: Any) -> None:
    """Look at what is written down when this connection has not: at its beginning, and after another process's commit.

    What was seen is kept beside the keys, so that a rollback undoes both.
    """
    version = driver.execute("PRAGMA data_version").fetchone()
    try:
        seen = driver.execute("SELECT version FROM fresh_version").fetchone()
    except sqlite3.OperationalError:
        seen = None
        for statement in _MADE:
            driver.execute(statement)
    if seen != version:
        for statement in _LOADED:
            driver.execute(statement)
        driver.execute("INSERT INTO fresh_version VALUES (?)", version)
