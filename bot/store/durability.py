"""Whether what is committed survives a power cut: the database's own settings, read back."""

from collections.abc import Mapping

from sqlalchemy import text

from bot.store.database import Transaction
from bot.store.sqlite import WRITER_PRAGMAS

#: Setting → values under which a commit is on the disk before we are told so.
POSTGRESQL_SAFE = {
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
    "fsync": {"on"},
    "full_page_writes": {"on"},
}


def read_back(tx: Transaction) -> dict[str, str]:
    """The settings that durability rests on, as this connection has them. On SQLite, ask in a write."""
    question, names = ("PRAGMA", WRITER_PRAGMAS) if tx.is_sqlite else ("SHOW", POSTGRESQL_SAFE)
    return {name: str(tx.execute(text(f"{question} {name}")).scalar_one()) for name in names}


def weak(tx: Transaction, found: Mapping[str, str]) -> list[str]:
    """Those of them under which a commit could be lost."""
    safe = {name: {value} for name, value in WRITER_PRAGMAS.items()} if tx.is_sqlite else POSTGRESQL_SAFE
    return [name for name, value in found.items() if value not in safe[name]]
