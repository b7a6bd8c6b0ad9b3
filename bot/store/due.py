"""The one timer: what must happen later is a row, taken by whoever claims it first, in the transaction that does it."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    update,
)

from bot.store import muting
from bot.store.database import Bell, Transaction
from bot.store.dialects import upsert_in
from bot.store.schema import Id, UtcDateTime, metadata


class DueKind(StrEnum):
    """What is to be done; the subject is the id of the group unless it says otherwise."""

    TELL_GROUP = "alert_group.tell"
    REPEAT_GROUP = "alert_group.repeat"
    EXPIRE_ACKNOWLEDGEMENT = "alert_group.expire_acknowledgement"
    CALM_GROUP = "alert_group.calm"
    #: The subject is the id of the silence.
    REVIEW_SILENCE = "silence.review"
    #: The subject is the id of the alert that mutes others, or did.
    REVIEW_INHIBITION = "inhibition.review"
    #: The weekly report; there is one, its subject is 1.
    NOISE_REPORT = "noise_report"
    #: The subject is the id of the approval request: a reminder, or the end of its tier's time.
    ADVANCE_APPROVAL = "approval.advance"
    #: The subject is the id of the execution, of which nobody said how it ended.
    LOSE_EXECUTION = "execution.lost"
    #: The subject is the id of the escalation, of which its approvers are asked whether it was needed.
    ASK_NEED = "escalation.ask_need"
    #: The weekly review of escalations; there is one, its subject is 1.
    ESCALATION_REVIEW = "escalation_review"
    #: The subject is the id of the raise of a budget, whose time is over.
    RETURN_BUDGET = "budget.return"
    #: The subject is the id of the cost control, whose time is over.
    END_CONTROL = "control.end"
    #: The daily digest of cost; there is one, its subject is 1.
    COST_DIGEST = "cost_digest"


#: Work on what mutes alerts: it waits until nobody mutes by what was in force (`muting`), and takes its row only then.
#: The other way round it would wait for an intake that waits for that row. One by one, each transaction stays short.
ALONE = (DueKind.REVIEW_SILENCE, DueKind.REVIEW_INHIBITION)


due = Table(
    "due",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False, default=0, server_default="0"),
    UniqueConstraint("kind", "subject_id"),
    Index("ix_due_due_at", "due_at"),
)


#: While replicas are upgraded one by one, a newer program's kinds are left to it. Not the bare column: with more than a
#: dozen kinds SQLite would look each up by the unique key, and read every row that waits, instead of the first by time.
KNOWN = due.c.kind.concat(literal_column("''")).in_([literal_column(f"'{kind}'") for kind in DueKind])


class DueRow(NamedTuple):
    id: int
    kind: DueKind
    subject_id: int
    due_at: datetime
    failures: int


def schedule(tx: Transaction, kind: DueKind, subject_ids: Sequence[int], due_at: datetime) -> None:
    """Have it done at `due_at`, in place of any earlier appointment of the same kind and subject."""
    _put(tx, kind, dict.fromkeys(subject_ids, due_at), keep_earlier=False)


def schedule_each(tx: Transaction, kind: DueKind, moments: Mapping[int, datetime]) -> None:
    """The same with a moment for each subject, in one statement."""
    _put(tx, kind, moments, keep_earlier=False)


def schedule_by(tx: Transaction, kind: DueKind, subject_ids: Sequence[int], due_at: datetime) -> None:
    """Have it done at `due_at` or when it is due already, whichever comes first."""
    schedule_each_by(tx, kind, dict.fromkeys(subject_ids, due_at))


def schedule_each_by(tx: Transaction, kind: DueKind, moments: Mapping[int, datetime]) -> None:
    """The same with a moment for each subject, in one statement."""
    _put(tx, kind, moments, keep_earlier=True)


def _put(tx: Transaction, kind: DueKind, moments: Mapping[int, datetime], *, keep_earlier: bool) -> None:
    if not moments:
        return
    rows = [{"kind": kind, "subject_id": each, "due_at": at, "failures": 0} for each, at in sorted(moments.items())]
    tx.execute(_appointment(keep_earlier, tx.dialect), rows)
    tx.ring(Bell.DUE)


@functools.cache
def _appointment(keep_earlier: bool, dialect: str) -> Any:
    statement = upsert_in(dialect, due)
    new = statement.excluded.due_at
    kept = case((due.c.due_at < new, due.c.due_at), else_=new) if keep_earlier else new
    return statement.on_conflict_do_update(index_elements=["kind", "subject_id"], set_={"due_at": kept})


_CANCEL = delete(due).where(
    due.c.kind == bindparam("of_kind"), due.c.subject_id.in_(bindparam("subjects", expanding=True))
)


def cancel(tx: Transaction, kind: DueKind, subject_ids: Sequence[int]) -> None:
    if subject_ids:
        tx.execute(_CANCEL, {"of_kind": kind, "subjects": subject_ids})


def due_at(tx: Transaction, kind: DueKind, subject_id: int) -> datetime | None:
    """When something is planned for, locked until the commit; None when it is not."""
    mine = select(due.c.due_at).where(due.c.kind == kind, due.c.subject_id == subject_id)
    moment: datetime | None = tx.execute(mine.with_for_update()).scalar_one_or_none()
    return moment


def claim(tx: Transaction, limit: int) -> list[DueRow]:
    """Take up to `limit` rows that are due, oldest first, away from every other claimer; what goes alone, alone.

    Two replicas never get the same row: PostgreSQL skips rows that another transaction has locked, SQLite has one
    writer. A rollback puts them back. The rows are chosen in a CTE, which PostgreSQL runs once: a plain subquery may be
    run again by a join, and then takes more than `limit`.
    """
    return _claim_alone(tx) or _take(tx, _OTHERS.limit(limit))


#: Not by age: among thousands that are due, those of these kinds are few, and found by their kind.
_ALONE = select(due.c.id).where(due.c.kind.in_(ALONE), due.c.due_at <= bindparam("now", type_=UtcDateTime)).limit(1)
_OTHERS = (
    select(due.c.id)
    .where(KNOWN, due.c.kind.not_in(ALONE), due.c.due_at <= bindparam("now", type_=UtcDateTime))
    .order_by(due.c.due_at)
)


def _claim_alone(tx: Transaction) -> list[DueRow]:
    if tx.execute(_ALONE, {"now": tx.now}).one_or_none() is None:
        return []
    muting.begin_change(tx)
    return _take(tx, _ALONE)


def _take(tx: Transaction, wanted: Select[tuple[int]]) -> list[DueRow]:
    ripe = wanted.with_for_update(skip_locked=True).cte("ripe")
    taken = tx.execute(delete(due).where(due.c.id.in_(select(ripe.c.id))).returning(*due.c), {"now": tx.now})
    return sorted((_to_row(row) for row in taken), key=lambda row: row.due_at)


def _to_row(row: Any) -> DueRow:
    return DueRow(row.id, DueKind(row.kind), row.subject_id, row.due_at, row.failures)


def ripe(tx: Transaction, limit: int) -> list[DueRow]:
    """What is due now, without taking it."""
    rows = tx.execute(select(due).where(due.c.due_at <= tx.now, KNOWN).order_by(due.c.due_at).limit(limit))
    return [_to_row(row) for row in rows]


def claim_one(tx: Transaction, row: DueRow) -> list[DueRow]:
    """Take one row; empty when somebody else has taken or moved it."""
    if row.kind in ALONE:
        muting.begin_change(tx)
    same = (due.c.id == row.id) & (due.c.due_at == row.due_at)
    return [_to_row(taken) for taken in tx.execute(delete(due).where(same).returning(*due.c))]


def postpone_failed(tx: Transaction, row: DueRow, pause: timedelta) -> None:
    """Put off a row whose work raised, so that it cannot hold up the others."""
    later = {"due_at": tx.now + pause, "failures": due.c.failures + 1}
    tx.execute(update(due).where(due.c.id == row.id).values(later))


def next_due_at(tx: Transaction) -> datetime | None:
    """When the next row is due; None when nothing waits. Costs one look at the index whatever the number of rows."""
    # Not `min`, for which SQLite looks at every row as soon as there is a condition.
    first = select(due.c.due_at).where(KNOWN).order_by(due.c.due_at).limit(1)
    moment: datetime | None = tx.execute(first).scalar_one_or_none()
    return moment


def count_overdue(tx: Transaction, grace: timedelta) -> int:
    """How many rows should have been done longer than `grace` ago; anything but 0 means that the bell has stopped."""
    return int(tx.execute(select(func.count()).where(due.c.due_at < tx.now - grace, KNOWN)).scalar_one())
