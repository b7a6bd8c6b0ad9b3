"""What commits of calls add to the rollups, until it is folded into them: one row a commit.

A row holds what the rollups count of each call (riskengine's CallSample) with its minute and series. Summing them is
left to the fold: it has a second's calls of a series at once, where a commit has one or two.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Column, Table, Text, delete, func, select

from bot.store.database import Bell, Transaction
from bot.store.schema import Id, metadata
from bot.store.telemetry import backlog
from riskengine.rollups import CallSample

#: Two replicas that fold at once would each overwrite the other's sketches; the second one leaves it to the first.
FOLD_LOCK = 7_265_809

rollup_deltas = Table(
    "rollup_deltas",
    metadata,
    Column("id", Id, primary_key=True),
    Column("payload", Text, nullable=False),
)

_INSERT_SQLITE = "INSERT INTO rollup_deltas (payload) VALUES (?)"
_INSERT_POSTGRESQL = "INSERT INTO rollup_deltas (payload) VALUES ($1)"


_NUMBERS = len(CallSample._fields)


class Delta(NamedTuple):
    """One call's part."""

    minute: int
    series_id: int
    sample: CallSample


def encode(deltas: Iterable[Delta]) -> str:
    return json.dumps([(minute, series_id, *sample) for minute, series_id, sample in deltas], separators=(",", ":"))


def decode(payload: str) -> dict[tuple[int, int], list[CallSample]]:
    """The samples by minute and series; as plain lists, of which twenty thousand a second are made."""
    found: dict[tuple[int, int], list[CallSample]] = {}
    for row in json.loads(payload):
        sample = row[2:]
        # An older program, before an upgrade or beside it, writes fewer numbers.
        whole = sample if len(sample) == _NUMBERS else CallSample(*sample)
        found.setdefault((row[0], row[1]), []).append(whole)
    return found


def add(tx: Transaction, deltas: Iterable[Delta]) -> None:
    """Leave what the calls of this very transaction add."""
    payload = (encode(deltas),)
    if tx.is_sqlite:
        tx.driver.execute(_INSERT_SQLITE, payload)
    else:
        tx.connection.exec_driver_sql(_INSERT_POSTGRESQL, payload)
    tx.ring(Bell.TELEMETRY)


def oldest(tx: Transaction, limit: int, characters: int) -> tuple[dict[int, str], bool]:
    """The oldest deltas by their ids, without taking them, and whether these are all."""
    rows, is_all = backlog.oldest(tx, rollup_deltas, rollup_deltas.c.payload, limit=limit, characters=characters)
    return {row.id: row.payload for row in rows}, is_all


def take(tx: Transaction, ids: Sequence[int]) -> set[int]:
    """Take these away, to add them to the rollups in this very transaction; a rollback puts them back.

    Gives those that were still there: none while another replica folds, and not those that it has folded meanwhile.
    """
    if not tx.is_sqlite and not tx.execute(select(func.pg_try_advisory_xact_lock(FOLD_LOCK))).scalar_one():
        return set()
    mine = delete(rollup_deltas).where(rollup_deltas.c.id.in_(ids))
    return set(tx.execute(mine.returning(rollup_deltas.c.id)).scalars())


def waiting(tx: Transaction) -> int:
    """How many deltas are not folded yet; a number that stays says that the folder has stopped."""
    return int(tx.execute(select(func.count()).select_from(rollup_deltas)).scalar_one())
