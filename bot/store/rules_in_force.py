"""The rules in force: the last good text of their file, and what is wrong with the file since then.

Kept here, because a restart while the file is broken must neither end the watch nor change its rules.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Integer, String, Table, Text, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, UtcDateTime, metadata

rules_in_force = Table(
    "rules_in_force",
    metadata,
    Column("id", Id, primary_key=True),
    #: Grows with everything that is said of the file.
    Column("revision", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("read_at", UtcDateTime),
    #: What is wrong with the file as it is now; empty while it is in force.
    Column("trouble", Text, nullable=False),
    Column("trouble_at", UtcDateTime),
)
#: There is one row.
ID = 1


class InForce(NamedTuple):
    """The one row; no text has been good yet while `digest` is empty."""

    revision: int
    path: str
    text: str
    digest: str
    read_at: datetime | None
    trouble: str
    trouble_at: datetime | None


NOTHING = InForce(0, "", "", "", None, "", None)
_COLUMNS = tuple(rules_in_force.c[name] for name in InForce._fields)


def current(tx: Transaction) -> InForce:
    row = tx.execute(select(*_COLUMNS)).one_or_none()
    return InForce._make(row) if row else NOTHING


def lock(tx: Transaction) -> InForce:
    """The row, locked until the commit: of several replicas that read a changed file, one says so."""
    first = {"id": ID, **NOTHING._asdict()}
    tx.execute(upsert(tx, rules_in_force).on_conflict_do_nothing(), [first])
    return InForce._make(tx.execute(select(*_COLUMNS).with_for_update()).one())


def put(tx: Transaction, known: InForce, **changed: Any) -> int:
    """Store what has changed; gives the new revision."""
    tx.execute(update(rules_in_force).values(**changed, revision=known.revision + 1))
    return known.revision + 1
