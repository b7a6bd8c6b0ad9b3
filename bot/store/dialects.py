"""The few statements that both databases have and SQLAlchemy's common language has not."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Transaction


def upsert(tx: Transaction, table: Table) -> Any:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`; both databases spell them alike."""
    return sqlite.insert(table) if tx.is_sqlite else postgresql.insert(table)
