"""Cost controls; at most one of a kind is open, which an index holds against replicas that see a condition at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text, bindparam, func, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, Json, UtcDateTime, metadata
from riskengine.response.controls import BY_PEOPLE, Control, ControlKind, ControlStatus

#: What cards and the audit call their subject.
CONTROL = "control"

controls = Table(
    "controls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("condition", String(32)),
    Column("reason", Text, nullable=False),
    #: What it means for routing, as it is told while it is open.
    Column("effect", Json, nullable=False),
    Column("lasts_seconds", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("starts_at", UtcDateTime),
    #: A user's id; NULL for riskbot itself.
    Column("started_by", String(80)),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("prolonged_at", UtcDateTime),
    Column("prolonged_by", String(80)),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(80)),
    Column("ended_because", String(16)),
    Column("revision", Integer, nullable=False),
    Index("ix_controls_kind", "kind", "ended_at"),
)
Index(
    "uq_controls_open",
    controls.c.kind,
    unique=True,
    sqlite_where=controls.c.ended_at.is_(None),
    postgresql_where=controls.c.ended_at.is_(None),
)


def add(tx: Transaction, control: Control) -> Control | None:
    """Store a new one; None when one of its kind is open, which another replica may have opened just now."""
    new = upsert(tx, controls).values(_row(control)).on_conflict_do_nothing().returning(controls.c.id)
    found = tx.execute(new).scalar_one_or_none()
    return control.model_copy(update={"id": int(found)}) if found is not None else None


def change(tx: Transaction, control: Control) -> None:
    """Store what a locked one has become."""
    tx.execute(update(controls).where(controls.c.id == control.id).values(_row(control)))


def lock(tx: Transaction, control_id: int) -> Control | None:
    """The control, locked until the commit: it starts once and ends once."""
    row = tx.execute(select(controls).where(controls.c.id == control_id).with_for_update()).one_or_none()
    return _control(row) if row else None


def lock_open(tx: Transaction, kind: ControlKind) -> Control | None:
    """The open one of this kind, locked until the commit."""
    mine = select(controls).where(controls.c.kind == kind, controls.c.ended_at.is_(None))
    row = tx.execute(mine.with_for_update()).one_or_none()
    return _control(row) if row else None


def by_id(tx: Transaction, control_id: int) -> Control | None:
    row = tx.execute(select(controls).where(controls.c.id == control_id)).one_or_none()
    return _control(row) if row else None


#: Each decision on a task asks it.
_OPEN = select(controls).where(controls.c.ended_at.is_(None)).order_by(controls.c.id)
_ACTIVE = _OPEN.where(
    controls.c.status == ControlStatus.ACTIVE, controls.c.expires_at > bindparam("now", type_=UtcDateTime)
)


def active(tx: Transaction) -> tuple[Control, ...]:
    """What is in force now, the oldest first; what is over is left out even before its timer came."""
    return tuple(_control(row) for row in tx.execute(_ACTIVE, {"now": tx.now}))


def open_ones(tx: Transaction) -> list[Control]:
    """What is proposed or active."""
    return [_control(row) for row in tx.execute(_OPEN)]


def newest(tx: Transaction, statuses: Sequence[ControlStatus], limit: int) -> list[Control]:
    """Those of these statuses, the newest first."""
    wanted = select(controls).where(controls.c.status.in_(statuses)).order_by(controls.c.id.desc()).limit(limit)
    return [_control(row) for row in tx.execute(wanted)]


def refused_at(tx: Transaction, kind: ControlKind) -> datetime | None:
    """When a person last declined or ended one of this kind."""
    by_people = controls.c.ended_because.in_(sorted(BY_PEOPLE))
    last = select(func.max(controls.c.ended_at)).where(controls.c.kind == kind, by_people)
    moment: datetime | None = tx.execute(last).scalar_one_or_none()
    return moment


def _row(control: Control) -> dict[str, Any]:
    effect = control.effect.model_dump(mode="json", exclude_none=True)
    return {**control.model_dump(exclude={"id", "effect"}), "effect": effect}


def _control(row: Any) -> Control:
    return Control.model_validate(row)
