"""Keys of what has arrived: eight bytes each, so that a call that is sent again is known in a table of any size."""

from collections.abc import Collection, Sequence
from hashlib import blake2b

from sqlalchemy import Column, Integer, Table, delete, select

from bot.store.database import Transaction
from bot.store.schema import Id, metadata
from bot.store.telemetry import fresh_keys

#: Two of 90 million different calls (30 days at 35 a second) meet in one key with a chance of 1 in 4,500.
KEY_BYTES = 8

call_keys = Table(
    "call_keys",
    metadata,
    Column("key", Id, primary_key=True, autoincrement=False),
    Column("arrived_day", Integer, nullable=False),
)

_TAKE_POSTGRESQL = (
    "INSERT INTO call_keys (key, arrived_day) SELECT unnest($1::bigint[]), $2::integer "
    "ON CONFLICT DO NOTHING RETURNING key"
)


def key_of(source: str, item_id: str) -> int:
    """The key of an item: ids of different sources never mean the same thing."""
    written = f"{source}\0{item_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(written, digest_size=KEY_BYTES).digest(), "big", signed=True)


def take(tx: Transaction, keys: Collection[int], arrived_day: int) -> set[int]:
    """Note the keys; gives those that were not there.

    Of two replicas with the same key the second waits for the first one's commit. They are noted in order, so that two
    batches with several keys in common cannot wait for each other.
    """
    ordered = sorted(keys)
    if tx.is_sqlite:
        return fresh_keys.take(tx, ordered, arrived_day)
    rows = tx.connection.exec_driver_sql(_TAKE_POSTGRESQL, (ordered, arrived_day)).fetchall()
    return {row[0] for row in rows}


def page(tx: Transaction, after: int | None, size: int) -> list[tuple[int, int]]:
    """The next keys in their order, each with the day it came; on SQLite those of the last seconds may be missing."""
    beyond = select(call_keys.c.key, call_keys.c.arrived_day).order_by(call_keys.c.key).limit(size)
    rows = tx.execute(beyond if after is None else beyond.where(call_keys.c.key > after))
    return [(row.key, row.arrived_day) for row in rows]


def forget(tx: Transaction, keys: Sequence[int], arrived_before_day: int) -> int:
    """Forget keys; one that has been forgotten by another replica and has come anew since is kept."""
    expired = call_keys.c.key.in_(keys) & (call_keys.c.arrived_day < arrived_before_day)
    return int(tx.execute(delete(call_keys).where(expired)).rowcount)
