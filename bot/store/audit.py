"""The audit: append-only rows, sealed into a hash chain within a second of their commit.

Sealing inside every transaction would cost 1.0 to 1.4 ms each and put all writers in one line, so rows are written
with their cause and sealed in sets by one bell. What is not sealed yet is said by `verify`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Index, String, Table, bindparam, func, insert, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, Json, UtcDateTime, metadata
from riskengine.response.reports import Recorded

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("verb", String(64), nullable=False),
    Column("object_kind", String(64), nullable=False),
    Column("object_id", Id, nullable=False),
    Column("detail", Json, nullable=False),
    Column("sequence", BigInteger, unique=True),
    Column("hash", String(64)),
    Index("ix_audit_object", "object_kind", "object_id", "id"),
)
Index("ix_audit_unsealed", audit.c.id, sqlite_where=audit.c.hash.is_(None), postgresql_where=audit.c.hash.is_(None))

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

#: What the first row is chained to.
GENESIS = "0" * 64
SYSTEM = "system"


class Entry(NamedTuple):
    """Who did what to which object; `detail` holds facts in JSON, never secrets or free text of third parties."""

    actor: str
    verb: str
    object_kind: str
    object_id: int
    detail: dict[str, Any]


class Head(NamedTuple):
    sequence: int
    hash: str


class Break(NamedTuple):
    """Where the chain is broken, and how."""

    sequence: int
    reason: str


_RECORD = insert(audit)


def actor(by: str | None) -> str:
    """The name under which the audit knows a person (`U…`) or a program (`token:NAME`); nobody is the bot itself."""
    if not by:
        return SYSTEM
    return by if by.startswith("token:") else f"slack:{by}"


def record(tx: Transaction, entries: Iterable[Entry]) -> None:
    """Write audit rows in the transaction of what they tell of."""
    rows = [{**entry._asdict(), "at": tx.now} for entry in entries]
    if rows:
        tx.execute(_RECORD, rows)


def history(tx: Transaction, object_kind: str, object_id: int, limit: int = 100) -> list[Recorded]:
    """The newest rows of one object, oldest first."""
    mine = (audit.c.object_kind == object_kind) & (audit.c.object_id == object_id)
    rows = tx.execute(select(audit).where(mine).order_by(audit.c.id.desc()).limit(limit)).all()
    return [Recorded(row.id, row.at, row.actor, row.verb, row.detail) for row in reversed(rows)]


def histories(tx: Transaction, object_kind: str, object_ids: Collection[int]) -> dict[int, list[Recorded]]:
    """Every row of each of these objects, oldest first; objects of which there can be few."""
    mine = (audit.c.object_kind == object_kind) & audit.c.object_id.in_(list(object_ids))
    found: dict[int, list[Recorded]] = defaultdict(list)
    for row in tx.execute(select(audit).where(mine).order_by(audit.c.id)) if object_ids else ():
        found[row.object_id].append(Recorded(row.id, row.at, row.actor, row.verb, row.detail))
    return found


def seal(tx: Transaction, limit: int) -> int:
    """Chain up to `limit` unsealed rows to the head; returns how many.

    The head row is locked first, so two replicas never seal the same rows or fork the chain.
    """
    tx.execute(upsert(tx, audit_head).on_conflict_do_nothing(), [{"id": 1, "sequence": 0, "hash": GENESIS}])
    head = tx.execute(select(audit_head).with_for_update()).one()
    unsealed = select(audit).where(audit.c.hash.is_(None)).order_by(audit.c.id).limit(limit)
    sealed = list(_chain(Head(head.sequence, head.hash), tx.execute(unsealed).all()))
    if sealed:
        rows = [{"row_id": row_id, **link._asdict()} for row_id, link in sealed]
        tx.execute(update(audit).where(audit.c.id == bindparam("row_id")), rows)
        tx.execute(update(audit_head).values(**sealed[-1][1]._asdict()))
    return len(sealed)


def _chain(head: Head, rows: Sequence[Any]) -> Iterator[tuple[int, Head]]:
    for row in rows:
        head = Head(head.sequence + 1, _hash(head.hash, head.sequence + 1, row))
        yield row.id, head


def _hash(previous: str, sequence: int, row: Any) -> str:
    """SHA-256 over the previous hash and the row in canonical JSON; the offset is spelled so that it reads the same."""
    fields = [sequence, row.id, row.at.astimezone(UTC).isoformat(), row.actor, row.verb, row.object_kind, row.object_id]
    canonical = json.dumps([previous, *fields, row.detail], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def head(tx: Transaction) -> Head:
    row = tx.execute(select(audit_head)).one_or_none()
    return Head(row.sequence, row.hash) if row else Head(0, GENESIS)


def last_sealed(tx: Transaction) -> Head:
    """The end of the chain as the rows have it; anything but the stored head means that one of them was changed."""
    last = select(audit.c.sequence, audit.c.hash).where(audit.c.hash.is_not(None))
    row = tx.execute(last.order_by(audit.c.sequence.desc()).limit(1)).one_or_none()
    return Head(row.sequence, row.hash) if row else Head(0, GENESIS)


def count_unsealed(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).where(audit.c.hash.is_(None))).scalar_one())


def verify(tx: Transaction, anchors: dict[int, str]) -> tuple[int, list[Break]]:
    """Walk the whole chain; returns how many rows were walked, and every break.

    A chain cut off at its end looks whole by itself: the stored head and the anchors kept elsewhere show it.
    """
    breaks: list[Break] = []
    link = Head(0, GENESIS)
    rows = select(audit).where(audit.c.hash.is_not(None)).order_by(audit.c.sequence)
    for row in tx.execute(rows.execution_options(yield_per=1_000)):
        link, found = _compare(link, row)
        breaks.extend(found)
        if anchors.get(row.sequence, row.hash) != row.hash:
            breaks.append(Break(row.sequence, "differs from its anchor"))
    stored = head(tx)
    if stored != link:
        breaks.append(Break(stored.sequence, f"the head says {stored.sequence}, the last row is {link.sequence}"))
    missing = [Break(each, "anchored, but no longer there") for each in anchors if each > link.sequence]
    return link.sequence, breaks + missing


def _compare(link: Head, row: Any) -> tuple[Head, list[Break]]:
    found = []
    if row.sequence != link.sequence + 1:
        found.append(Break(row.sequence, f"follows {link.sequence}; rows between them are gone"))
    if _hash(link.hash, row.sequence, row) != row.hash:
        found.append(Break(row.sequence, f"row {row.id} was changed after it was sealed"))
    return Head(row.sequence, row.hash), found
