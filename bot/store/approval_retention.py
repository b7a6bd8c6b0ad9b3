"""Approval requests that have been kept long enough, taken away whole and in portions; the audit keeps its rows."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, or_, select

from bot.store.approval_people import approval_absences
from bot.store.approval_votes import approval_tiers, approval_votes
from bot.store.approvals import APPROVAL, IS_PENDING, approval_requests
from bot.store.database import Transaction
from bot.store.executions import executions
from bot.store.messages import messages
from bot.store.retention import SETTLED, forget_messages_of
from riskengine.response.approvals.execution import ExecutionStatus

_MINE = approval_requests.c


def lock_expired(tx: Transaction, before: datetime, kinds: Collection[str], limit: int) -> dict[int, str]:
    """Requests about these kinds of subjects that were over before the moment, oldest first → the kind of each.

    Without those that may still be executed, are being executed, or have a message to be sent. The newest of all stays:
    SQLite would give its id to the next one, and a button on an old card would decide on that.
    """
    over = and_(~IS_PENDING, _MINE.subject_kind.in_(kinds), _MINE.created_at < before, _MINE.decided_at < before)
    used = or_(_MINE.valid_until.is_(None), _MINE.valid_until < tx.now)
    runs = exists().where(executions.c.request_id == _MINE.id, executions.c.status == ExecutionStatus.STARTED)
    unsettled = exists().where(messages.c.subject_kind == APPROVAL, messages.c.subject_id == _MINE.id, ~SETTLED)
    older = _MINE.id < select(func.max(_MINE.id)).scalar_subquery()
    wanted = select(_MINE.id, _MINE.subject_kind).where(over, used, ~runs, ~unsettled, older).order_by(_MINE.id)
    return {row.id: row.subject_kind for row in tx.execute(wanted.limit(limit).with_for_update(skip_locked=True))}


def forget(tx: Transaction, request_ids: Sequence[int]) -> None:
    """Delete these requests and all that hangs on them; their subjects are gone already."""
    forget_messages_of(tx, APPROVAL, request_ids)
    for table in (executions, approval_votes, approval_tiers):
        tx.execute(delete(table).where(table.c.request_id.in_(request_ids)))
    tx.execute(delete(approval_requests).where(_MINE.id.in_(request_ids)))


def forget_absences(tx: Transaction, before: datetime) -> int:
    """Delete absences that were over before the moment."""
    return tx.execute(delete(approval_absences).where(approval_absences.c.ends_at < before)).rowcount
