"""Sums by minute and by hour for every series, and adding to them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, delete, select, tuple_

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, metadata
from riskengine.rollups import NUMBERS, Rollup
from riskengine.sketch import Sketch

LOG = logging.getLogger(__name__)

HOUR_MINUTES = 60
#: Rows looked up in one statement; each takes two of a statement's variables.
LOOKED_UP = 400
#: The columns have 64 bits; nine million dollars in one hour of one series are some sender's mistaken unit.
LARGEST = 2**63 - 1


#: Columns that came later, when there were rows.
_DEFAULTS = dict.fromkeys(("compared_calls", "compared_told_picousd", "compared_ours_picousd"), "0")
_MONEY = tuple(number for number in NUMBERS if number.endswith("_picousd"))


class Bucket(NamedTuple):
    """One row: minutes (or hours) since 1970, and whose calls."""

    at: int
    series_id: int


def _table(name: str, unit: str) -> Table:
    return Table(
        name,
        metadata,
        # Minutes or hours since 1970.
        Column(unit, Integer, primary_key=True, autoincrement=False),
        Column("series_id", Id, primary_key=True, autoincrement=False),
        *(Column(number, BigInteger, nullable=False, server_default=_DEFAULTS.get(number)) for number in NUMBERS),
        Column("durations", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


rollups_minute = _table("rollups_minute", "minute")
rollups_hour = _table("rollups_hour", "hour")


def add(tx: Transaction, by_minute: Mapping[Bucket, Rollup]) -> None:
    """Add to the rollups of the minutes and of their hours; only one may do so at a time."""
    _add(tx, rollups_minute, by_minute)
    parts: dict[Bucket, list[Rollup]] = {}
    for bucket, rollup in by_minute.items():
        parts.setdefault(Bucket(bucket.at // HOUR_MINUTES, bucket.series_id), []).append(rollup)
    _add(tx, rollups_hour, {bucket: Rollup.total(rollups) for bucket, rollups in parts.items()})


def _add(tx: Transaction, table: Table, new: Mapping[Bucket, Rollup]) -> None:
    buckets = sorted(new)
    for start in range(0, len(buckets), LOOKED_UP):
        some = buckets[start : start + LOOKED_UP]
        known = _known(tx, table, some)
        _put(tx, table, {each: known[each] + new[each] if each in known else new[each] for each in some})


def _known(tx: Transaction, table: Table, buckets: Sequence[Bucket]) -> dict[Bucket, Rollup]:
    at, series_id, *_ = table.c
    rows = tx.execute(select(table).where(tuple_(at, series_id).in_([tuple(each) for each in buckets])))
    return {Bucket(row[0], row[1]): to_rollup(row[2:-1], row[-1]) for row in map(tuple, rows)}


def _put(tx: Transaction, table: Table, rollups: Mapping[Bucket, Rollup]) -> None:
    unit, series_id, *sums = (column.name for column in table.c)
    statement = upsert(tx, table)
    replaced = {name: statement.excluded[name] for name in sums}
    tx.execute(
        statement.on_conflict_do_update(index_elements=[unit, series_id], set_=replaced),
        [{unit: each.at, series_id: each.series_id, **_values(rollup)} for each, rollup in rollups.items()],
    )


def _values(rollup: Rollup) -> dict[str, Any]:
    values = {name: getattr(rollup, name) for name in NUMBERS}
    for name in _MONEY:
        if values[name] > LARGEST:
            LOG.error("A rollup has more than nine million dollars and counts no further", extra={"action": "cost_cut"})
            values[name] = LARGEST
    return {**values, "durations": rollup.durations.encode()}


def to_rollup(numbers: Iterable[int], durations: bytes | None = None, names: Sequence[str] = NUMBERS) -> Rollup:
    """The rollup of its numbers, in their order, and an encoded sketch; without one it has no percentiles."""
    values: dict[str, Any] = dict(zip(names, numbers, strict=True))
    return Rollup(**values, durations=Sketch() if durations is None else Sketch.decode(bytes(durations)))


def prune(tx: Transaction, table: Table, before: int, limit: int) -> int:
    """Delete up to `limit` rows of minutes (or hours) before this one; the oldest stand first in the table's key."""
    at, series_id, *_ = table.c
    oldest = select(at, series_id).where(at < before).order_by(at, series_id).limit(limit)
    gone = [tuple(row) for row in tx.execute(oldest)]
    if gone:
        tx.execute(delete(table).where(tuple_(at, series_id).in_(gone)))
    return len(gone)
