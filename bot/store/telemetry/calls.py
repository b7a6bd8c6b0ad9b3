"""Raw calls, for looking closely; nothing reads them to answer a command, and they go after some weeks."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text, delete, func, select

from bot.store.database import Transaction
from bot.store.schema import Id, Json, metadata


class CallRow(NamedTuple):
    """One call as it is stored; the order is that of the columns."""

    key: int
    call_id: str
    series_id: int
    arrived_day: int
    #: Start of the call, microseconds since 1970.
    at_us: int
    duration_us: int
    first_token_us: int | None
    input_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    output_tokens: int
    #: 10⁻¹² US dollars: what the call counts as; None for one that is unpriced.
    cost_picousd: int | None
    #: The sender's own figure.
    told_picousd: int | None
    #: Whether the cost is our price of the tokens, or the sender's figure; None for one that is unpriced.
    priced_by_us: bool | None
    error: str | None
    status_code: int | None
    escalated: bool | None
    task_id: str | None
    unit: str | None
    request_hash: str | None
    #: JSON text.
    metadata: str | None


calls = Table(
    "calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", BigInteger, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("series_id", Id, nullable=False),
    Column("arrived_day", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("duration_us", BigInteger, nullable=False),
    Column("first_token_us", BigInteger),
    Column("input_tokens", BigInteger, nullable=False),
    Column("cached_input_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost_picousd", BigInteger),
    Column("told_picousd", BigInteger),
    Column("priced_by_us", Boolean),
    Column("error", Text),
    Column("status_code", Integer),
    Column("escalated", Boolean),
    Column("task_id", Text),
    Column("unit", Text),
    Column("request_hash", Text),
    Column("metadata", Json),
)

_NAMES = ", ".join(CallRow._fields)
_ROW = f"({', '.join('?' * len(CallRow._fields))})"
#: Rows to a statement → the statement, largest first. Few long steps instead of a short one a row: at each the writer's
#: thread gives up Python's lock, and beside a busy event loop waits to have it again. Few texts, all kept prepared.
_INSERTS_SQLITE = {
    # All statements are made of the names above alone.
    rows: f"INSERT INTO calls ({_NAMES}) VALUES {', '.join([_ROW] * rows)}"  # noqa: S608
    for rows in (64, 16, 4, 1)
}
_TYPES = {"Text": "text", "Integer": "integer", "Boolean": "boolean", "JSON": "text"}
_ARRAYS = [_TYPES.get(type(calls.c[name].type).__name__, "bigint") for name in CallRow._fields]
_INSERT_POSTGRESQL = (
    f"INSERT INTO calls ({_NAMES}) SELECT {_NAMES.replace('metadata', 'metadata::jsonb')} "  # noqa: S608
    f"FROM unnest({', '.join(f'${place}::{kind}[]' for place, kind in enumerate(_ARRAYS, 1))}) AS new ({_NAMES})"
)


def store(tx: Transaction, rows: Sequence[CallRow]) -> None:
    """Insert the rows; their keys are taken already."""
    if tx.is_sqlite:
        _store_in_sqlite(tx, rows)
    else:
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        tx.connection.exec_driver_sql(_INSERT_POSTGRESQL, columns)


def _store_in_sqlite(tx: Transaction, rows: Sequence[CallRow]) -> None:
    start = 0
    for size, statement in _INSERTS_SQLITE.items():
        while start + size <= len(rows):
            tx.driver.execute(statement, tuple(chain.from_iterable(rows[start : start + size])))
            start += size


def prune(tx: Transaction, arrived_before_day: int, limit: int) -> int:
    """Delete up to `limit` of the oldest rows that arrived before the day.

    Ids grow with arrival, so only the first ones are looked at: the cost is the same whatever the table's size.
    """
    oldest = select(calls.c.id, calls.c.arrived_day).order_by(calls.c.id).limit(limit).subquery()
    expired = select(oldest.c.id).where(oldest.c.arrived_day < arrived_before_day)
    return int(tx.execute(delete(calls).where(calls.c.id.in_(expired))).rowcount)


def count(tx: Transaction) -> int:
    """How many raw calls there are; reads the whole table, so it is for tests and checks."""
    return int(tx.execute(select(func.count()).select_from(calls)).scalar_one())
