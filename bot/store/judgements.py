"""What people thought of an alert group once it was over: one word a person, which they may change."""

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, select

from bot.store.database import Transaction
from bot.store.dialects import upsert
from bot.store.schema import Id, UtcDateTime, metadata

alert_judgements = Table(
    "alert_judgements",
    metadata,
    Column("group_id", Id, ForeignKey("alert_groups.id"), primary_key=True),
    Column("judged_by", String(64), primary_key=True),
    Column("useful", Boolean, nullable=False),
    Column("judged_at", UtcDateTime, nullable=False),
)


def judgement_of(tx: Transaction, group_id: int, user_id: str) -> bool | None:
    """Whether this person found the group useful; None when they have not said."""
    mine = (alert_judgements.c.group_id == group_id) & (alert_judgements.c.judged_by == user_id)
    return tx.execute(select(alert_judgements.c.useful).where(mine)).scalar_one_or_none()


def put(tx: Transaction, group_id: int, user_id: str, *, useful: bool) -> None:
    """Store a person's word, in place of their earlier one."""
    said = {"useful": useful, "judged_at": tx.now}
    row = upsert(tx, alert_judgements).values(group_id=group_id, judged_by=user_id, **said)
    tx.execute(row.on_conflict_do_update(index_elements=["group_id", "judged_by"], set_=said))
