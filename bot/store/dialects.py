"""The few statements that both databases have and SQLAlchemy's common language has not."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Transaction


def upsert(tx: Transaction, table: Table) -> Any:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`; both databases spell them alike."""
    return upsert_in(tx.dialect, table)


def upsert_in(dialect: str, table: Table) -> Any:
    """The same for a statement that is made once and kept."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
