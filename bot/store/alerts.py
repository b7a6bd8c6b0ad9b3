"""Alerts and their groups: one row an episode, one row a group."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.store.database import Transaction
from bot.store.schema import Id, Json, UtcDateTime, UtcDateTimes, metadata
from riskengine.response.alerts import Alert, AlertStatus, Severity
from riskengine.response.grouping import AlertCount, Group, GroupIdentity

alert_groups = Table(
    "alert_groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("subject_label", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("firing", Integer, nullable=False),
    Column("acknowledged", Integer, nullable=False),
    Column("resolved", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("refires", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("acknowledged_by", String(64)),
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledgement_expires_at", UtcDateTime),
    Column("assigned_to", String(64)),
    Column("assigned_by", String(64)),
    Column("suppressed", Integer, nullable=False, server_default="0"),
    Column("unmuted_at", UtcDateTime),
    #: When it fired and was resolved lately, for telling whether it flaps.
    Column("changed_at", UtcDateTimes),
    Column("flapping_since", UtcDateTime),
    Index("ix_alert_groups_open", "status", "severity"),
    Index("ix_alert_groups_opened_at", "opened_at"),
    # How things went in the last day is asked with every `/alerts`, of all the groups there ever were.
    Index("ix_alert_groups_resolved_at", "resolved_at"),
    Index("ix_alert_groups_acknowledged_at", "acknowledged_at"),
)
Index("ix_alert_groups_key", alert_groups.c.key, alert_groups.c.id)
# Two replicas that see a new condition at once must end with one group.
Index(
    "uq_alert_groups_open_key",
    alert_groups.c.key,
    unique=True,
    sqlite_where=alert_groups.c.status != "resolved",
    postgresql_where=alert_groups.c.status != "resolved",
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("group_id", Id, ForeignKey("alert_groups.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("labels", Json, nullable=False),
    Column("annotations", Json, nullable=False),
    Column("source", String(64), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("told_start", Boolean, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledged_by", String(64)),
    Column("resolved_at", UtcDateTime),
    Column("resolved_by", String(64)),
    Column("silenced_by", Id),
    Column("inhibited_by", Id),
    # All that counting a group reads: one of ten thousand alerts is summed without a look at the rows.
    Index("ix_alerts_group", "group_id", "status", "severity"),
    Index("ix_alerts_fingerprint", "fingerprint", "id"),
)
Index(
    "uq_alerts_open_fingerprint",
    alerts.c.fingerprint,
    unique=True,
    sqlite_where=alerts.c.status != "resolved",
    postgresql_where=alerts.c.status != "resolved",
)
# What a silence or an alert mutes is few among all, and counted and freed by these.
for _muted_by in (alerts.c.silenced_by, alerts.c.inhibited_by):
    _is_muted = _muted_by.is_not(None)
    Index(f"ix_alerts_{_muted_by.name}", _muted_by, alerts.c.status, sqlite_where=_is_muted, postgresql_where=_is_muted)


#: Statements of the hot paths are made once: SQLAlchemy takes longer to build one than SQLite to run it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_GROUPS = select(alert_groups).where(alert_groups.c.id.in_(_IDS)).order_by(alert_groups.c.id)
_LOCK_GROUPS = _GROUPS.with_for_update()
_LOCK_FREE_GROUPS = _GROUPS.with_for_update(skip_locked=True)
_NEWEST_OF_KEYS = (
    select(func.max(alert_groups.c.id))
    .where(alert_groups.c.key.in_(bindparam("keys", expanding=True)))
    .group_by(alert_groups.c.key)
)
_LATEST_GROUPS = (
    select(alert_groups).where(alert_groups.c.id.in_(_NEWEST_OF_KEYS)).order_by(alert_groups.c.id).with_for_update()
)
_NEWEST_EPISODES = (
    select(func.max(alerts.c.id))
    .where(alerts.c.fingerprint.in_(bindparam("fingerprints", expanding=True)))
    .group_by(alerts.c.fingerprint)
)
_LATEST_EPISODES = select(alerts).where(alerts.c.id.in_(_NEWEST_EPISODES)).order_by(alerts.c.id).with_for_update()
_STORE_GROUP = update(alert_groups).where(alert_groups.c.id == bindparam("row_id"))
_STORE_ALERT = update(alerts).where(alerts.c.id == bindparam("row_id"))
_COUNT_COLUMNS = (alerts.c.group_id, alerts.c.status, alerts.c.severity)
_COUNT = (
    select(*_COUNT_COLUMNS, func.count().label("count")).where(alerts.c.group_id.in_(_IDS)).group_by(*_COUNT_COLUMNS)
)
_ACKNOWLEDGE = (
    update(alerts)
    .where(alerts.c.group_id.in_(_IDS), alerts.c.status.in_((AlertStatus.FIRING, AlertStatus.SUPPRESSED)))
    .values(
        status=AlertStatus.ACKNOWLEDGED,
        acknowledged_by=bindparam("person"),
        acknowledged_at=bindparam("moment", type_=UtcDateTime),
    )
)
_UNACKNOWLEDGE = (
    update(alerts)
    .where(alerts.c.group_id.in_(_IDS), alerts.c.status == AlertStatus.ACKNOWLEDGED)
    .values(
        status=case(
            (alerts.c.silenced_by.is_not(None) | alerts.c.inhibited_by.is_not(None), AlertStatus.SUPPRESSED),
            else_=AlertStatus.FIRING,
        ),
        acknowledged_by=None,
        acknowledged_at=None,
    )
)
_RESOLVE = (
    update(alerts)
    .where(alerts.c.group_id.in_(_IDS), alerts.c.status != AlertStatus.RESOLVED)
    .values(
        status=AlertStatus.RESOLVED,
        resolved_by=bindparam("person"),
        resolved_at=bindparam("moment", type_=UtcDateTime),
    )
)


def lock_concerned(tx: Transaction, fingerprints: Sequence[str], keys: Sequence[str]) -> None:
    """Lock the groups that signals may change, before any of their alerts: presses lock in this order as well.

    In the other order a press and a signal on one group would wait for each other until PostgreSQL, after a second,
    ends one of them. SQLite has one writer and needs none of it.
    """
    if tx.is_sqlite:
        return
    still_open = alerts.c.fingerprint.in_(fingerprints) & (alerts.c.status != AlertStatus.RESOLVED)
    of_alerts = select(alerts.c.group_id).where(still_open)
    newest = select(func.max(alert_groups.c.id)).where(alert_groups.c.key.in_(keys)).group_by(alert_groups.c.key)
    concerned = or_(alert_groups.c.id.in_(of_alerts), alert_groups.c.id.in_(newest))
    tx.execute(select(alert_groups.c.id).where(concerned).order_by(alert_groups.c.id).with_for_update())


def latest_by_fingerprint(tx: Transaction, fingerprints: Sequence[str]) -> dict[str, Alert]:
    """The newest episode of each condition.

    On PostgreSQL the rows stay locked until the commit, so that two replicas fold signals of one condition in turn.
    """
    rows = tx.execute(_LATEST_EPISODES, {"fingerprints": fingerprints})
    return {row.fingerprint: to_alert(row) for row in rows}


def latest_groups(tx: Transaction, keys: Sequence[str]) -> dict[str, Group]:
    """The newest group of each key, open or resolved, locked until the commit."""
    rows = tx.execute(_LATEST_GROUPS, {"keys": keys})
    return {row.key: Group.model_validate(row) for row in rows}


def open_groups(tx: Transaction, new: Sequence[tuple[GroupIdentity, Severity]]) -> list[Group]:
    """Begin groups; raises IntegrityError when another replica began one of them first."""
    rows = [
        {
            **identity.model_dump(),
            "key": identity.key,
            "status": AlertStatus.FIRING,
            "severity": severity,
            "firing": 0,
            "acknowledged": 0,
            "resolved": 0,
            "revision": 0,
            "refires": 0,
            "opened_at": tx.now,
        }
        for identity, severity in new
    ]
    if not rows:
        return []
    inserted = insert(alert_groups).returning(*alert_groups.c, sort_by_parameter_order=True)
    return [Group.model_validate(row) for row in tx.execute(inserted, rows)]


def lock_group(tx: Transaction, group_id: int) -> Group | None:
    """The group, locked until the commit so that presses on it are decided one after the other."""
    row = tx.execute(_LOCK_GROUPS, {"ids": [group_id]}).one_or_none()
    return Group.model_validate(row) if row else None


def groups_by_id(tx: Transaction, group_ids: Sequence[int]) -> list[Group]:
    return [Group.model_validate(row) for row in tx.execute(_GROUPS, {"ids": group_ids})]


def lock_groups(tx: Transaction, group_ids: Sequence[int]) -> list[Group]:
    """The groups in the order of their ids, so that two transactions that need the same ones cannot deadlock."""
    return [Group.model_validate(row) for row in tx.execute(_LOCK_GROUPS, {"ids": group_ids})]


def lock_free_groups(tx: Transaction, group_ids: Sequence[int]) -> list[Group]:
    """Those of the groups that nobody else has locked, locked by us."""
    return [Group.model_validate(row) for row in tx.execute(_LOCK_FREE_GROUPS, {"ids": group_ids})]


def update_groups(tx: Transaction, changed: Sequence[Group]) -> None:
    """Store changed groups whole; their rows were locked when they were read."""
    rows = [{**group.model_dump(exclude={"id"}), "row_id": group.id} for group in changed]
    if rows:
        tx.execute(_STORE_GROUP, rows)


def mark_told(tx: Transaction, group_ids: Sequence[int]) -> None:
    tx.execute(update(alert_groups).where(alert_groups.c.id.in_(group_ids)).values(told_at=tx.now))


def count_by_group(tx: Transaction, group_ids: Sequence[int]) -> dict[int, list[AlertCount]]:
    """How many alerts of each status and severity every group has."""
    counts: dict[int, list[AlertCount]] = {group_id: [] for group_id in group_ids}
    for row in tx.execute(_COUNT, {"ids": group_ids}):
        counts[row.group_id].append(AlertCount(status=row.status, severity=row.severity, count=row.count))
    return counts


def groups_with_unmuted(tx: Transaction, group_ids: Sequence[int]) -> set[int]:
    """Those of the groups that have an alert which nothing muted, over or not."""
    heard = alerts.c.silenced_by.is_(None) & alerts.c.inhibited_by.is_(None)
    rows = tx.execute(select(alerts.c.group_id).where(alerts.c.group_id.in_(group_ids), heard).distinct())
    return {int(row[0]) for row in rows}


def groups_firing(tx: Transaction, group_ids: Sequence[int]) -> set[int]:
    """Those of the groups that have an alert which fires."""
    mine = alerts.c.group_id.in_(group_ids) & (alerts.c.status == AlertStatus.FIRING)
    return {int(row[0]) for row in tx.execute(select(alerts.c.group_id).where(mine).distinct())}


def labels_by_group(tx: Transaction, group_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """The labels of the alerts that hold; of a group whose alerts are all over, those of its newest one."""
    open_or_newest = (alerts.c.status != AlertStatus.RESOLVED) | alerts.c.id.in_(_newest_of(group_ids))
    rows = tx.execute(
        select(alerts.c.group_id, alerts.c.labels).where(alerts.c.group_id.in_(group_ids), open_or_newest)
    )
    labels: dict[int, list[dict[str, str]]] = {}
    for row in rows:
        labels.setdefault(row.group_id, []).append(row.labels)
    return labels


def _newest_of(group_ids: Sequence[int]) -> Select[tuple[int]]:
    return select(func.max(alerts.c.id)).where(alerts.c.group_id.in_(group_ids)).group_by(alerts.c.group_id)


def groups_from(tx: Transaction, group_ids: Sequence[int], source: str) -> set[int]:
    """Those of the groups that hold an alert of a source."""
    mine = select(alerts.c.group_id).where(alerts.c.group_id.in_(group_ids), alerts.c.source == source)
    return set(tx.execute(mine.distinct()).scalars())


def insert_alerts(tx: Transaction, new: Iterable[Alert]) -> None:
    rows = [alert.model_dump(exclude={"id"}) for alert in new]
    if rows:
        tx.execute(insert(alerts), rows)


def update_alerts(tx: Transaction, changed: Iterable[Alert]) -> None:
    """Store changed episodes whole; their rows were locked when they were read."""
    rows = [{**alert.model_dump(exclude={"id", "group_id", "fingerprint"}), "row_id": alert.id} for alert in changed]
    if rows:
        tx.execute(_STORE_ALERT, rows)


def acknowledge_firing(tx: Transaction, group_ids: Sequence[int], by: str) -> None:
    tx.execute(_ACKNOWLEDGE, {"ids": group_ids, "person": by, "moment": tx.now})


def unacknowledge(tx: Transaction, group_ids: Sequence[int]) -> None:
    """They fire again, or are suppressed where something mutes them."""
    tx.execute(_UNACKNOWLEDGE, {"ids": group_ids})


def resolve_open(tx: Transaction, group_id: int, by: str) -> None:
    tx.execute(_RESOLVE, {"ids": [group_id], "person": by, "moment": tx.now})


def to_alert(row: Any) -> Alert:
    return Alert.model_validate(row)
