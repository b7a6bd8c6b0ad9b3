"""Approval requests: their rows, locked, and changed only while they are as they were read."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    false,
    insert,
    literal_column,
    select,
    update,
)

from bot.errors import Conflict
from bot.store.database import Transaction
from bot.store.schema import Id, Json, UtcDateTime, metadata
from riskengine.response.approvals.requests import ApprovalRequest

#: What cards, notes, due rows and the audit call their subject.
APPROVAL = "approval"

approval_requests = Table(
    "approval_requests",
    metadata,
    Column("id", Id, primary_key=True),
    #: What the asker calls it, `token:NAME:KEY` or `slack:DELIVERY`; the same key is the same request.
    Column("key", String(255), unique=True),
    Column("kind", String(64), nullable=False),
    Column("subject_kind", String(64), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject_hash", String(64), nullable=False),
    Column("requested_by", String(255), nullable=False),
    Column("requested_for", String(80), nullable=False),
    Column("policy_name", String(80), nullable=False),
    Column("policy", Json, nullable=False),
    #: Where its card is shown to everybody.
    Column("channel", String(80), nullable=False),
    Column("tier", Integer, nullable=False),
    Column("tier_opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("hard_deadline_at", UtcDateTime, nullable=False),
    Column("reminders_sent", Integer, nullable=False, server_default="0"),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(255)),
    Column("comment", Text, nullable=False),
    Column("broke_glass", Boolean, nullable=False, server_default=false()),
    Column("short_since", UtcDateTime),
    Column("valid_until", UtcDateTime),
    Index("ix_approval_requests_subject", "subject_kind", "subject_id"),
    Index("ix_approval_requests_created_at", "created_at"),
)

#: Spelled as a constant: a planner cannot know that a bound parameter fits a partial index.
IS_PENDING: ColumnElement[bool] = approval_requests.c.status == literal_column("'pending'")
Index(
    "ix_approval_requests_pending",
    approval_requests.c.due_at,
    sqlite_where=IS_PENDING,
    postgresql_where=IS_PENDING,
)

#: What never changes after the opening.
_FIXED = {
    *("id", "key", "kind", "subject_kind", "subject_id", "requested_by", "requested_for"),
    *("policy_name", "policy", "channel", "created_at", "hard_deadline_at"),
}
_CHANGING = tuple(name for name in ApprovalRequest.model_fields if name not in _FIXED)


class Change(NamedTuple):
    """A request before and after a transition."""

    before: ApprovalRequest
    after: ApprovalRequest


def add(tx: Transaction, request: ApprovalRequest) -> ApprovalRequest:
    """Store a new request, whose id is not yet known; raises IntegrityError when its key was just taken by another."""
    row = {**dict(request), "policy": request.policy.model_dump(mode="json")}
    del row["id"]
    number = tx.execute(insert(approval_requests).values(row).returning(approval_requests.c.id)).scalar_one()
    return request.model_copy(update={"id": int(number)})


_LOCKED = (
    select(approval_requests)
    .where(approval_requests.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(approval_requests.c.id)
    .with_for_update()
)


def lock(tx: Transaction, request_ids: Collection[int]) -> list[ApprovalRequest]:
    """These requests, locked until the commit, in the order of their ids, so that nobody waits for each other."""
    rows = tx.execute(_LOCKED, {"ids": sorted(request_ids)}) if request_ids else ()
    return [ApprovalRequest.model_validate(row) for row in rows]


def lock_one(tx: Transaction, request_id: int) -> ApprovalRequest | None:
    return next(iter(lock(tx, [request_id])), None)


def by_key(tx: Transaction, key: str) -> ApprovalRequest | None:
    row = tx.execute(select(approval_requests).where(approval_requests.c.key == key)).one_or_none()
    return ApprovalRequest.model_validate(row) if row else None


_CHANGED = (
    update(approval_requests)
    .where(
        approval_requests.c.id == bindparam("of_id"),
        approval_requests.c.status == bindparam("of_status"),
        approval_requests.c.version == bindparam("of_version"),
        approval_requests.c.revision == bindparam("of_revision"),
    )
    .values({name: bindparam(f"new_{name}", type_=approval_requests.c[name].type) for name in _CHANGING})
)
_REVISIONS = select(approval_requests.c.id, approval_requests.c.revision).where(
    approval_requests.c.id.in_(bindparam("ids", expanding=True))
)


def change(tx: Transaction, changes: Sequence[Change]) -> None:
    """Store the states after, each only while its row is as it was read; raises Conflict when one is not.

    The condition holds by itself what the lock promises: no second decision gets in, whatever is wrong elsewhere.
    """
    if not changes:
        return
    tx.execute(_CHANGED, [_parameters(each) for each in changes])
    stored = {row.id: row.revision for row in tx.execute(_REVISIONS, {"ids": [each.after.id for each in changes]})}
    for each in changes:
        if stored.get(each.after.id) != each.after.revision:
            raise Conflict(f"Approval request {each.after.id} was changed by somebody else.", hint="Try again.")


def _parameters(change: Change) -> dict[str, Any]:
    before = change.before
    condition = {"of_id": before.id, "of_status": before.status, "of_version": before.version}
    after = {f"new_{name}": getattr(change.after, name) for name in _CHANGING}
    return {**condition, "of_revision": before.revision, **after}


def pending_ids(tx: Transaction, roles: Collection[str]) -> list[int]:
    """The pending requests whose policy asks one of these roles."""
    rows = tx.execute(select(approval_requests.c.id, approval_requests.c.policy).where(IS_PENDING))
    return [row.id for row in rows if _asks(row.policy, roles)]


def _asks(policy: Mapping[str, Any], roles: Collection[str]) -> bool:
    return any(role in roles for tier in policy["tiers"] for role in tier["roles"])


def any_pending(tx: Transaction) -> bool:
    return tx.execute(select(approval_requests.c.id).where(IS_PENDING).limit(1)).one_or_none() is not None


def raise_revision(tx: Transaction, request_id: int) -> int:
    """Something that its card shows has changed beside its own row; returns the new revision."""
    mine = update(approval_requests).where(approval_requests.c.id == request_id)
    newer = mine.values(revision=approval_requests.c.revision + 1).returning(approval_requests.c.revision)
    return int(tx.execute(newer).scalar_one())
