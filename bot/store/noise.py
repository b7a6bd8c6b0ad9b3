"""What was told in a span of time, and what people did about it: the facts of the noise report."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from bot.store.alerts import alert_groups, alerts
from bot.store.audit import audit
from bot.store.database import Transaction
from bot.store.judgements import alert_judgements
from riskengine.response.advice import Episode, ToldGroup

#: Groups of one report; a week with more is summed from the newest.
LIMIT = 20_000


def told_between(tx: Transaction, since: datetime, until: datetime) -> list[ToldGroup]:
    """Every group that began in the span and was told."""
    rows = list(tx.execute(_told(since, until, *alert_groups.c)))
    ids = _told(since, until, alert_groups.c.id)
    episodes = _episodes(tx, ids)
    taken = _first_acknowledged(tx, ids)
    judged = _judged(tx, ids)
    return [
        ToldGroup(
            name=row.name,
            subject=row.subject,
            opened_at=row.opened_at,
            acknowledged_at=taken.get(row.id),
            resolved_at=row.resolved_at,
            refires=row.refires,
            useful=judged.get(row.id, (0, 0))[0],
            not_useful=judged.get(row.id, (0, 0))[1],
            episodes=tuple(episodes[row.id]),
        )
        for row in rows
    ]


def muted_between(tx: Transaction, since: datetime, until: datetime) -> dict[str, int]:
    """By name, how many alerts of the span a silence or an inhibition muted, for a while or to their end."""
    muted = or_(alerts.c.silenced_by.is_not(None), alerts.c.inhibited_by.is_not(None))
    mine = muted & (alerts.c.received_at >= since) & (alerts.c.received_at < until)
    rows = tx.execute(select(alerts.c.name, func.count().label("number")).where(mine).group_by(alerts.c.name))
    return {row.name: int(row.number) for row in rows}


def _told(since: datetime, until: datetime, *columns: Any) -> Select[Any]:
    began = (alert_groups.c.opened_at >= since) & (alert_groups.c.opened_at < until)
    mine = select(*columns).where(began, alert_groups.c.told_at.is_not(None))
    return mine.order_by(alert_groups.c.opened_at.desc(), alert_groups.c.id.desc()).limit(LIMIT)


def _episodes(tx: Transaction, ids: Select[Any]) -> defaultdict[int, list[Episode]]:
    columns = (alerts.c.group_id, alerts.c.received_at, alerts.c.resolved_at, alerts.c.acknowledged_at)
    mine = alerts.c.group_id.in_(ids)
    found: defaultdict[int, list[Episode]] = defaultdict(list)
    for row in tx.execute(select(*columns).where(mine).order_by(alerts.c.id)):
        taken = row.acknowledged_at is not None
        episode = Episode(began_at=row.received_at, ended_at=row.resolved_at, acknowledged=taken)
        found[row.group_id].append(episode)
    return found


def _first_acknowledged(tx: Transaction, ids: Select[Any]) -> dict[int, datetime]:
    """From the audit: the group itself knows only who has it now."""
    mine = (audit.c.object_kind == "alert_group") & audit.c.object_id.in_(ids) & (audit.c.verb == "acknowledged")
    first = select(audit.c.object_id, func.min(audit.c.at).label("at")).where(mine).group_by(audit.c.object_id)
    return {row.object_id: row.at for row in tx.execute(first)}


def _judged(tx: Transaction, ids: Select[Any]) -> dict[int, tuple[int, int]]:
    """How many called each group useful, and how many did not."""
    group_id = alert_judgements.c.group_id
    useful = func.sum(case((alert_judgements.c.useful, 1), else_=0)).label("useful")
    words = select(group_id, useful, func.count().label("number")).where(group_id.in_(ids)).group_by(group_id)
    return {row.group_id: (int(row.useful), int(row.number) - int(row.useful)) for row in tx.execute(words)}
