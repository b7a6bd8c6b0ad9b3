"""Troubles that the auditor has told people of and that are not over yet."""

from datetime import datetime

from sqlalchemy import Column, String, Table, delete, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import UtcDateTime, metadata

auditor_episodes = Table(
    "auditor_episodes",
    metadata,
    #: The name of the check that found it.
    Column("name", String(64), primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    #: Protocol time at which it was found last.
    Column("seen_at", UtcDateTime, nullable=False),
)


def open_episodes(tx: Transaction) -> dict[str, datetime]:
    """Each with the moment at which it was found last."""
    return {row.name: row.seen_at for row in tx.execute(select(auditor_episodes))}


def begin(tx: Transaction, name: str) -> bool:
    """Open it, or take note that it goes on; True for the first, who then tells people."""
    row = {"name": name, "begun_at": tx.now, "seen_at": tx.protocol_now}
    if tx.execute(upsert(tx, auditor_episodes).values(row).on_conflict_do_nothing()).rowcount == 1:
        return True
    tx.execute(update(auditor_episodes).where(auditor_episodes.c.name == name).values(seen_at=tx.protocol_now))
    return False


def end(tx: Transaction, name: str) -> None:
    tx.execute(delete(auditor_episodes).where(auditor_episodes.c.name == name))
