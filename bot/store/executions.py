"""The one execution of an approval."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, false, select, update

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, UtcDateTime, metadata
from riskengine.response.approvals.execution import Execution, ExecutionStatus

executions = Table(
    "executions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request_id", Id, ForeignKey("approval_requests.id"), nullable=False, unique=True),
    Column("payload_hash", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("detail", Text, nullable=False),
    #: What became of that which was approved, as far as somebody looked.
    Column("outcome", String(32)),
    Column("fell_back", Boolean, nullable=False, server_default=false()),
)


def start(tx: Transaction, request_id: int, payload_hash: str) -> Execution | None:
    """Use the approval up; None when it has been used already."""
    row = {
        "request_id": request_id,
        "payload_hash": payload_hash,
        "status": ExecutionStatus.STARTED,
        "started_at": tx.now,
        "detail": "",
    }
    new = upsert(tx, executions).values(row).on_conflict_do_nothing(index_elements=["request_id"])
    stored = tx.execute(new.returning(executions)).one_or_none()
    return Execution.model_validate(stored) if stored else None


def of_request(tx: Transaction, request_id: int) -> Execution | None:
    row = tx.execute(select(executions).where(executions.c.request_id == request_id)).one_or_none()
    return Execution.model_validate(row) if row else None


def of_requests(tx: Transaction, request_ids: Collection[int]) -> dict[int, Execution]:
    rows = tx.execute(select(executions).where(executions.c.request_id.in_(list(request_ids))))
    return {row.request_id: Execution.model_validate(row) for row in rows}


def lock(tx: Transaction, execution_id: int) -> Execution | None:
    row = tx.execute(select(executions).where(executions.c.id == execution_id).with_for_update()).one_or_none()
    return Execution.model_validate(row) if row else None


def change(tx: Transaction, before: Execution, **values: Any) -> bool:
    """Change it while it is in the state that was read; whether it was."""
    same = (executions.c.id == before.id) & (executions.c.status == before.status)
    return tx.execute(update(executions).where(same).values(**values)).rowcount == 1
