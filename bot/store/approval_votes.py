"""Who was asked, tier by tier, and who said what."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, bindparam, insert, select

from bot.store.database import Transaction
from bot.store.schema import Id, Json, UtcDateTime, metadata
from riskengine.response.approvals.reports import TierAsked
from riskengine.response.approvals.requests import Vote

approval_tiers = Table(
    "approval_tiers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request_id", Id, ForeignKey("approval_requests.id"), nullable=False),
    Column("tier", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    #: Ids of the users who were asked.
    Column("asked", Json, nullable=False),
    UniqueConstraint("request_id", "version", "tier"),
)

approval_votes = Table(
    "approval_votes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request_id", Id, ForeignKey("approval_requests.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("voter", String(80), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("comment", Text, nullable=False),
    Column("on_behalf_of", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("request_id", "version", "voter"),
)


class Opened(NamedTuple):
    """A tier that is entered, and whom it asks."""

    request_id: int
    tier: int
    version: int
    opened_at: datetime
    due_at: datetime
    asked: list[str]


def open_tiers(tx: Transaction, opened: Sequence[Opened]) -> None:
    if opened:
        tx.execute(insert(approval_tiers), [each._asdict() for each in opened])


def cast(tx: Transaction, votes: Sequence[tuple[int, Vote]]) -> None:
    """Store votes with the ids of their requests; raises IntegrityError for a second one of the same person."""
    if votes:
        tx.execute(insert(approval_votes), [{"request_id": request_id, **dict(vote)} for request_id, vote in votes])


_TIERS = (
    select(approval_tiers)
    .where(approval_tiers.c.request_id.in_(bindparam("ids", expanding=True)))
    .order_by(approval_tiers.c.id)
)
_VOTES = (
    select(approval_votes)
    .where(approval_votes.c.request_id.in_(bindparam("ids", expanding=True)))
    .order_by(approval_votes.c.id)
)


def tiers_of(tx: Transaction, request_ids: Collection[int]) -> dict[int, list[TierAsked]]:
    """Every tier that was entered, of every version, in that order."""
    found: dict[int, list[TierAsked]] = defaultdict(list)
    for row in tx.execute(_TIERS, {"ids": list(request_ids)}) if request_ids else ():
        tier = TierAsked(row.tier, row.version, row.opened_at, row.due_at, tuple(row.asked))
        found[row.request_id].append(tier)
    return found


def votes_of(tx: Transaction, request_ids: Collection[int]) -> dict[int, list[Vote]]:
    """Every vote, on every version, oldest first."""
    found: dict[int, list[Vote]] = defaultdict(list)
    for row in tx.execute(_VOTES, {"ids": list(request_ids)}) if request_ids else ():
        found[row.request_id].append(Vote.model_validate(row))
    return found
