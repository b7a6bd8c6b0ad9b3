"""What became of escalations and of tasks that were not escalated: counted, never more rows than `LIMIT`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, exists, func, or_, select

from bot.store.database import Transaction
from bot.store.escalations import escalations
from bot.store.telemetry.outcomes import task_outcomes
from riskengine.areas.escalation import Alike, EscalationStatus, Need, PastOutcomes, Share

#: The newest so many count.
LIMIT = 5_000


def past(tx: Transaction, since: datetime, alike: Alike | None = None) -> PastOutcomes:
    """Since a moment, of similar tasks or, without `alike`, of all that were decided on."""
    return PastOutcomes(unneeded=_unneeded(tx, since, alike), troubled=_troubled(tx, since, alike))


def _unneeded(tx: Transaction, since: datetime, alike: Alike | None) -> Share:
    mine = and_(
        escalations.c.created_at >= since,
        escalations.c.outcome == EscalationStatus.APPROVED,
        escalations.c.needed.is_not(None),
        *_similar(escalations, alike),
    )
    judged = select(escalations.c.needed).where(mine).order_by(escalations.c.created_at.desc()).limit(LIMIT).subquery()
    unneeded = func.coalesce(func.sum(case((judged.c.needed == Need.UNNEEDED, 1), else_=0)), 0)
    return _share(tx, select(unneeded.label("part"), func.count().label("whole")).select_from(judged))


def _troubled(tx: Transaction, since: datetime, alike: Alike | None) -> Share:
    """By task: one that was told of several times was troubled when any of them was."""
    columns = task_outcomes.c
    mine = and_(columns.at >= since, _not_escalated(), *_similar(task_outcomes, alike))
    bad = case((or_(columns.completed.is_(False), columns.revised.is_(True)), 1), else_=0).label("bad")
    told = select(columns.task_id, bad).where(mine).order_by(columns.at.desc()).limit(LIMIT).subquery()
    tasks = select(func.max(told.c.bad).label("bad")).group_by(told.c.task_id).subquery()
    troubled = func.coalesce(func.sum(tasks.c.bad), 0)
    return _share(tx, select(troubled.label("part"), func.count().label("whole")).select_from(tasks))


def _share(tx: Transaction, query: Select[Any]) -> Share:
    row = tx.execute(query).one()
    return Share(count=int(row.part), total=int(row.whole))


def _similar(table: Table, alike: Alike | None) -> list[ColumnElement[bool]]:
    if alike is None:
        return []
    return [_same(table.c.role, alike.role), _same(table.c.task_type, alike.task_type)]


def _same(column: Any, told: str | None) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if told is None else column == told
    return found


def _not_escalated() -> ColumnElement[bool]:
    """As riskengine.areas.escalation.history has it."""
    of_task = escalations.c.task_id == task_outcomes.c.task_id
    asked = exists().where(of_task)
    approved = exists().where(of_task, escalations.c.outcome == EscalationStatus.APPROVED)
    silent = and_(task_outcomes.c.escalated.is_(None), asked, ~approved)
    return or_(task_outcomes.c.escalated.is_(False), silent)
