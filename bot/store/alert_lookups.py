"""What is there now: the questions that `/alerts`, the API, cards and modals ask."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from bot.store import alerts as store
from bot.store import audit, silences
from bot.store.alerts import alert_groups, alerts
from bot.store.database import Transaction
from bot.store.messages import messages
from riskengine.response.alerts import Alert, AlertStatus, Severity
from riskengine.response.grouping import Group
from riskengine.response.reports import GroupDetail, Mutes, Overview

OPEN = (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED, AlertStatus.SUPPRESSED)
#: What people hear of: not of what is muted.
HEARD = (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED)


class AlertFilter(BaseModel):
    """What `GET /v1/alerts` may ask for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: AlertStatus | None = None
    area: str | None = None
    #: `name=value`; each must hold.
    label: tuple[str, ...] = ()
    limit: int = 200


def detail(tx: Transaction, group_id: int, *, alerts_limit: int = 20, history_limit: int = 50) -> GroupDetail | None:
    """The group, its alerts (first what holds, the worst and oldest first; then the last ended first), its history."""
    found = store.groups_by_id(tx, [group_id])
    if not found:
        return None
    mine = select(alerts).where(alerts.c.group_id == group_id).order_by(alerts.c.id.desc()).limit(500)
    rows = sorted((store.to_alert(row) for row in tx.execute(mine)), key=_holding_first)
    history = audit.history(tx, "alert_group", group_id, history_limit)
    return GroupDetail(found[0], rows[:alerts_limit], history, _mutes(tx, rows))


def _mutes(tx: Transaction, rows: Sequence[Alert]) -> Mutes:
    """What mutes those of the alerts that hold; mostly nothing, and then nothing is asked."""
    muted = [alert for alert in rows if alert.status != AlertStatus.RESOLVED and alert.is_muted]
    if not muted:
        return Mutes()
    sources = {alert.inhibited_by for alert in muted if alert.inhibited_by is not None}
    found = tx.execute(select(alerts).where(alerts.c.id.in_(sources)).order_by(alerts.c.id)) if sources else ()
    silencing = {alert.silenced_by for alert in muted if alert.silenced_by is not None}
    return Mutes(tuple(silences.plain(tx, silencing)) if silencing else (), tuple(store.to_alert(row) for row in found))


def _holding_first(alert: Alert) -> tuple[int, int, float]:
    if alert.resolved_at is not None:
        return (1, 0, -alert.resolved_at.timestamp())
    return (0, -alert.severity.rank, alert.started_at.timestamp())


def open_groups(tx: Transaction, *, limit: int = 50, owner: str | None = None) -> tuple[list[Group], int]:
    """Groups that are not resolved, firing and worst and oldest first, and how many there are in all.

    With an owner, only what they acknowledged or were assigned.
    """
    condition = and_(alert_groups.c.status.in_(OPEN))
    if owner is not None:
        condition = and_(condition, or_(alert_groups.c.assigned_to == owner, alert_groups.c.acknowledged_by == owner))
    total = int(tx.execute(select(func.count()).select_from(alert_groups).where(condition)).scalar_one())
    rows = tx.execute(select(alert_groups).where(condition).order_by(*_FIRING_WORST_OLDEST).limit(limit))
    return [Group.model_validate(row) for row in rows], total


#: Sorted by the database: among thousands that are open the worst one may be the oldest.
_FIRING_WORST_OLDEST = (
    case({AlertStatus.FIRING: 0, AlertStatus.ACKNOWLEDGED: 1}, value=alert_groups.c.status, else_=2),
    case({each.value: -each.rank for each in Severity}, value=alert_groups.c.severity, else_=0),
    alert_groups.c.opened_at,
    alert_groups.c.id,
)


def open_within(tx: Transaction, areas: Sequence[str], severities: Sequence[Severity], limit: int) -> list[Group]:
    """Open groups of these areas and severities, firing and worst and oldest first; an empty list means any.

    Without the muted ones: they come by themselves when nothing mutes them any more.
    """
    condition = and_(alert_groups.c.status.in_(HEARD))
    condition = and_(condition, alert_groups.c.area.in_(areas)) if areas else condition
    condition = and_(condition, alert_groups.c.severity.in_(severities)) if severities else condition
    rows = tx.execute(select(alert_groups).where(condition).order_by(*_FIRING_WORST_OLDEST).limit(limit))
    return [Group.model_validate(row) for row in rows]


def label_names(tx: Transaction, newest: int) -> set[str]:
    """The names of all labels that the newest alerts have."""
    rows = tx.execute(select(alerts.c.labels).order_by(alerts.c.id.desc()).limit(newest)).scalars()
    return {name for labels in rows for name in labels}


def overview(tx: Transaction) -> Overview:
    by_status = select(alert_groups.c.status, func.count().label("number")).where(alert_groups.c.status.in_(OPEN))
    counts = {row.status: int(row.number) for row in tx.execute(by_status.group_by(alert_groups.c.status))}
    day_ago = tx.now - timedelta(days=1)
    # Only what is over has an end; asked for its status too, SQLite would look at all that ever were.
    resolved = select(func.count()).where(alert_groups.c.resolved_at >= day_ago)
    return Overview(
        firing_groups=counts.get("firing", 0),
        acknowledged_groups=counts.get("acknowledged", 0),
        suppressed_groups=counts.get("suppressed", 0),
        resolved_last_day=int(tx.execute(resolved).scalar_one()),
        mtta=_mean_time_to_acknowledge(tx),
    )


def _mean_time_to_acknowledge(tx: Transaction) -> timedelta | None:
    taken = select(alert_groups.c.opened_at, alert_groups.c.acknowledged_at).where(
        alert_groups.c.acknowledged_at >= tx.now - timedelta(days=1)
    )
    waits = [row.acknowledged_at - row.opened_at for row in tx.execute(taken)]
    return sum(waits, timedelta()) / len(waits) if waits else None


def matching_alerts(tx: Transaction, wanted: AlertFilter) -> list[Alert]:
    """Alerts for the API: what holds now unless a status is asked for, newest first."""
    query = select(alerts).order_by(alerts.c.id.desc())
    status = (wanted.status,) if wanted.status else OPEN
    query = query.where(alerts.c.status.in_(status))
    if wanted.area:
        query = query.join(alert_groups).where(alert_groups.c.area == wanted.area)
    for pair in wanted.label:
        name, _, value = pair.partition("=")
        query = query.where(_has_label(tx, name, value))
    return [store.to_alert(row) for row in tx.execute(query.limit(wanted.limit))]


def open_alerts_named(tx: Transaction, names: Sequence[str], source: str) -> list[Alert]:
    """What holds now of alerts of these names, as one source told them; found by their groups, which are few."""
    query = select(alerts).join(alert_groups).where(alert_groups.c.status.in_(OPEN), alert_groups.c.name.in_(names))
    query = query.where(alerts.c.status.in_(OPEN), alerts.c.source == source).order_by(alerts.c.id)
    return [store.to_alert(row) for row in tx.execute(query)]


def _has_label(tx: Transaction, name: str, value: str) -> ColumnElement[bool]:
    if not tx.is_sqlite:
        held: ColumnElement[bool] = alerts.c.labels[name].as_string() == value
        return held
    # SQLite's JSON paths cannot spell a name with a quotation mark, nor find one that was stored with an escape.
    each = func.json_each(alerts.c.labels).table_valued("key", "value")
    return select(each).where(each.c.key == name, each.c.value == value).exists()


def alert_by_id(tx: Transaction, alert_id: int) -> Alert | None:
    row = tx.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()
    return store.to_alert(row) if row else None


def group_of(tx: Transaction, alert_id: int) -> int | None:
    """The group that an alert belongs to."""
    return tx.execute(select(alerts.c.group_id).where(alerts.c.id == alert_id)).scalar_one_or_none()


def groups_in_digest(tx: Transaction, digest_id: int) -> Sequence[Group]:
    """The groups that a digest stands for, in the order in which they came."""
    ids = select(messages.c.subject_id).where(messages.c.digest_id == digest_id).order_by(messages.c.id)
    return store.groups_by_id(tx, [row[0] for row in tx.execute(ids)])


def wanted_revision(tx: Transaction, message_id: int) -> int:
    """The revision that a digest shows when it is built in this very look."""
    return int(tx.execute(select(messages.c.wanted_revision).where(messages.c.id == message_id)).scalar_one())
