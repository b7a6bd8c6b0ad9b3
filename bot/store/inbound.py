"""What came in from Slack already: a redelivery of the same press or event changes nothing a second time."""

import functools
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Index, String, Table, delete

from bot.store.database import Transaction
from bot.store.dialects import upsert_in
from bot.store.schema import Id, UtcDateTime, metadata

inbound = Table(
    "inbound",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(32), nullable=False),
    Column("delivery_id", String(255), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index("uq_inbound_delivery", "source", "delivery_id", unique=True),
    Index("ix_inbound_received_at", "received_at"),
)


def is_first(tx: Transaction, source: str, delivery_id: str) -> bool:
    """Take note of a delivery in the transaction of its effect; False when it has been handled before."""
    row = {"source": source, "delivery_id": delivery_id[:255], "received_at": tx.protocol_now}
    return bool(tx.execute(_note(tx.dialect), row).rowcount == 1)


@functools.cache
def _note(dialect: str) -> Any:
    return upsert_in(dialect, inbound).on_conflict_do_nothing()


def prune(tx: Transaction, age: timedelta) -> int:
    """Forget deliveries older than any redelivery could be."""
    return int(tx.execute(delete(inbound).where(inbound.c.received_at < tx.protocol_now - age)).rowcount)
