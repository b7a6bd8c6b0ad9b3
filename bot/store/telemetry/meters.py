"""How far each cumulative series of metrics was counted, and when a service last sent spans."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, Table, Text, delete, select

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, metadata
from riskengine.meters import Reading

#: Keys looked up in one statement.
LOOKED_UP = 500

#: Of a series that was never read.
_EMPTY = Reading(0, -1, 0, 0.0)

metric_readings = Table(
    "metric_readings",
    metadata,
    # Of the series and its start: one that was started anew is another one.
    Column("key", Id, primary_key=True, autoincrement=False),
    Column("arrived_day", Integer, nullable=False),
    Column("start_ns", BigInteger, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("measurements", BigInteger, nullable=False),
    Column("total", Float(53), nullable=False),
    Column("buckets", Text, nullable=False),
)


def known(tx: Transaction, keys: Collection[int], arrived_day: int) -> dict[int, Reading]:
    """The last readings of those series that were read before; nobody else counts these series until the commit.

    A series without one gets an empty one, over which two replicas cannot both count it from its start.
    """
    ordered, columns = sorted(keys), metric_readings.c
    found: dict[int, Reading] = {}
    for start in range(0, len(ordered), LOOKED_UP):
        some = ordered[start : start + LOOKED_UP]
        empty = [{"key": key, "arrived_day": arrived_day, **_row(_EMPTY)} for key in some]
        tx.execute(upsert(tx, metric_readings).on_conflict_do_nothing(), empty)
        # In their order, so that two replicas cannot wait for each other.
        rows = tx.execute(select(metric_readings).where(columns.key.in_(some)).order_by(columns.key).with_for_update())
        found.update({row.key: _reading(row) for row in rows if row.time_ns != _EMPTY.time_ns})
    return found


def read_at(tx: Transaction, keys: Collection[int]) -> dict[int, int]:
    """When these were read last, in nanoseconds since 1970."""
    columns = metric_readings.c
    rows = tx.execute(select(columns.key, columns.time_ns).where(columns.key.in_(sorted(keys))))
    return {row.key: row.time_ns for row in rows}


def note(tx: Transaction, readings: Mapping[int, Reading], arrived_day: int) -> None:
    """Take note of how far series have been counted now."""
    if not readings:
        return
    statement = upsert(tx, metric_readings)
    new = {name: statement.excluded[name] for name in metric_readings.c.keys() if name != "key"}  # noqa: SIM118
    rows = [{"key": key, "arrived_day": arrived_day, **_row(each)} for key, each in sorted(readings.items())]
    tx.execute(statement.on_conflict_do_update(index_elements=["key"], set_=new), rows)


def _row(reading: Reading) -> dict[str, Any]:
    return {**reading._asdict(), "buckets": json.dumps(reading.buckets)}


def _reading(row: Any) -> Reading:
    return Reading(row.start_ns, row.time_ns, row.measurements, row.total, tuple(json.loads(row.buckets)))


def prune(tx: Transaction, arrived_before_day: int, limit: int) -> int:
    """Forget up to `limit` series of which nothing came any more since the day."""
    columns = metric_readings.c
    expired = select(columns.key).where(columns.arrived_day < arrived_before_day).limit(limit)
    return int(tx.execute(delete(metric_readings).where(columns.key.in_(expired))).rowcount)
