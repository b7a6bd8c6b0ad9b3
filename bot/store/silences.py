"""Silences, and the alerts that they mute."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from bot.store.alerts import alert_groups, alerts
from bot.store.database import Transaction
from bot.store.schema import Id, Json, UtcDateTime, metadata
from riskengine.response.alerts import AlertStatus, Severity
from riskengine.response.matchers import matchable
from riskengine.response.silences import Silence, SilenceRecord, SilenceStatus

silences = Table(
    "silences",
    metadata,
    Column("id", Id, primary_key=True),
    #: What a program calls its request; the same key is the same silence.
    Column("key", String(80), unique=True),
    Column("matchers", Json, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(80)),
    Column("ended_because", String(16)),
    Column("hidden", Integer, nullable=False, server_default="0"),
    #: How far the open alerts have been gone through since it began (`next_by_group`); NULL when all of them have.
    Column("reached", String(64)),
    #: Channels that were told of its begin, and will be told of its end.
    Column("channels", Json, nullable=False),
    Index("ix_silences_state", "state", "ends_at"),
)

#: Spelled as a constant: a planner cannot know that a bound parameter fits a partial index.
IS_OPEN: ColumnElement[bool] = alerts.c.status != literal_column("'resolved'")
_GROUP_IS_OPEN: ColumnElement[bool] = alert_groups.c.status != literal_column("'resolved'")
#: What silences see of an alert.
_COLUMNS = (
    *(alerts.c.id, alerts.c.group_id, alerts.c.fingerprint, alerts.c.name, alerts.c.severity, alerts.c.labels),
    alerts.c.silenced_by,
)


class OpenAlert(NamedTuple):
    """An alert that holds, as silences see it."""

    id: int
    group_id: int
    fingerprint: str
    labels: dict[str, str]
    silenced_by: int | None


class RecentAlert(NamedTuple):
    """An alert of the last days, over or not."""

    alert: OpenAlert
    status: AlertStatus
    received_at: datetime


class KeptSilence(NamedTuple):
    """A silence with what only its own life needs."""

    record: SilenceRecord
    reached: str | None
    channels: list[str]


def add(tx: Transaction, silence: Silence, state: SilenceStatus, *, key: str | None = None) -> int:
    """Store a new silence; raises IntegrityError when another replica stored one of the same key first."""
    row = {
        **silence.model_dump(mode="json", include={"matchers"}),
        **silence.model_dump(exclude={"id", "matchers"}),
        "state": state,
        "key": key,
        "channels": [],
    }
    return int(tx.execute(insert(silences).values(row).returning(silences.c.id)).scalar_one())


def change(tx: Transaction, silence_id: int, **values: Any) -> None:
    tx.execute(update(silences).where(silences.c.id == silence_id).values(**values))


def lock(tx: Transaction, silence_id: int) -> KeptSilence | None:
    """The silence, locked until the commit, so that it begins and ends once."""
    row = tx.execute(select(silences).where(silences.c.id == silence_id).with_for_update()).one_or_none()
    return _kept(row) if row else None


#: Each batch of alerts asks it: made once, since SQLAlchemy takes longer to build it than SQLite to answer.
_IN_FORCE = (
    select(silences)
    .where(silences.c.state == SilenceStatus.ACTIVE, silences.c.ends_at > bindparam("now", type_=UtcDateTime))
    .order_by(silences.c.id)
)


def in_force(tx: Transaction) -> list[Silence]:
    """What mutes now; few, so each batch of alerts reads them all."""
    return [Silence.model_validate(row) for row in tx.execute(_IN_FORCE, {"now": tx.now})]


def plain(tx: Transaction, silence_ids: Collection[int]) -> list[Silence]:
    """These silences without their counts, in the order of their ids."""
    rows = tx.execute(select(silences).where(silences.c.id.in_(silence_ids)).order_by(silences.c.id))
    return [Silence.model_validate(row) for row in rows]


def by_ids(tx: Transaction, silence_ids: Collection[int]) -> list[SilenceRecord]:
    """These silences with their counts, in the order of their ids."""
    if not silence_ids:
        return []
    rows = tx.execute(select(silences).where(silences.c.id.in_(silence_ids)).order_by(silences.c.id)).all()
    return _counted(tx, rows)


def by_state(tx: Transaction, states: Sequence[SilenceStatus], limit: int) -> list[SilenceRecord]:
    """Silences of these states with their counts, those that end next first."""
    wanted = select(silences).where(silences.c.state.in_(states)).order_by(silences.c.ends_at, silences.c.id)
    return _counted(tx, tx.execute(wanted.limit(limit)).all())


def by_key(tx: Transaction, key: str) -> SilenceRecord | None:
    row = tx.execute(select(silences).where(silences.c.key == key)).one_or_none()
    return _counted(tx, [row])[0] if row else None


def forget_drafts(tx: Transaction, before: datetime) -> None:
    """Previews that nobody made a silence of."""
    old = (silences.c.state == SilenceStatus.DRAFT) & (silences.c.created_at < before)
    tx.execute(silences.delete().where(old))


def count_hidden(tx: Transaction, silence_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Of each silence: how many alerts it has muted, and how many of them hold."""
    holding = func.sum(case((IS_OPEN, 1), else_=0)).label("holding")
    mine = select(alerts.c.silenced_by, func.count().label("hidden"), holding)
    counted = mine.where(alerts.c.silenced_by.in_(silence_ids)).group_by(alerts.c.silenced_by)
    return {int(row.silenced_by): (int(row.hidden), int(row.holding)) for row in tx.execute(counted)}


def last_ended(tx: Transaction, silence_id: int) -> datetime | None:
    """When the last of the alerts that it muted and that are over ended."""
    mine = select(func.max(alerts.c.resolved_at)).where(alerts.c.silenced_by == silence_id)
    moment: datetime | None = tx.execute(mine).scalar_one_or_none()
    return moment


def open_after(tx: Transaction, fingerprint: str, limit: int, *, before: int | None = None) -> list[OpenAlert]:
    """The next alerts that hold, in the order of their fingerprints, which is an index that is there anyway.

    `before` leaves out the alerts from this one on.
    """
    later = select(*_COLUMNS).where(IS_OPEN, alerts.c.fingerprint > fingerprint)
    if before is not None:
        later = later.where(alerts.c.id < before)
    return [_open(row) for row in tx.execute(later.order_by(alerts.c.fingerprint).limit(limit))]


class Portion(NamedTuple):
    """Some alerts that hold, group by group, and where the next ones begin; None when these were the last."""

    alerts: list[OpenAlert]
    reached: str | None


def next_by_group(tx: Transaction, reached: str, *, groups: int, limit: int) -> Portion:
    """The next alerts that hold, of so many groups at most.

    Group by group, since each group that is touched is summed and shown anew. `reached` is a group's key, which is in
    the index of open groups, and an alert of that group beyond which to go on.
    """
    key, _, after = reached.partition(":")
    beyond = alert_groups.c.key >= key if after else alert_groups.c.key > key
    next_groups = select(alert_groups.c.id, alert_groups.c.key).where(_GROUP_IS_OPEN, beyond)
    found = tx.execute(next_groups.order_by(alert_groups.c.key).limit(groups)).all()
    if not found:
        return Portion([], None)
    of_groups = (
        select(*_COLUMNS, alert_groups.c.key)
        .join(alert_groups)
        .where(
            alerts.c.group_id.in_([row.id for row in found]),
            IS_OPEN,
            or_(alert_groups.c.key > key, alerts.c.id > int(after or 0)),
        )
    )
    rows = tx.execute(of_groups.order_by(alert_groups.c.key, alerts.c.id).limit(limit)).all()
    if len(rows) == limit:
        return Portion([_open(row) for row in rows], f"{rows[-1].key}:{rows[-1].id}")
    return Portion([_open(row) for row in rows], found[-1].key if len(found) == groups else None)


def held_by(tx: Transaction, silence_id: int, limit: int) -> list[OpenAlert]:
    """Alerts that hold and that this silence mutes, group by group."""
    mine = select(*_COLUMNS).where(alerts.c.silenced_by == silence_id, IS_OPEN)
    return [_open(row) for row in tx.execute(mine.order_by(alerts.c.group_id, alerts.c.id).limit(limit))]


def held_by_others(tx: Transaction, silence_id: int, limit: int) -> list[OpenAlert]:
    """Alerts that hold and that other silences mute; this one may mean them as well."""
    theirs = alerts.c.silenced_by.is_not(None) & (alerts.c.silenced_by != silence_id)
    return [_open(row) for row in tx.execute(select(*_COLUMNS).where(theirs, IS_OPEN).limit(limit))]


def newest(tx: Transaction, limit: int, *, before: int | None = None) -> list[RecentAlert]:
    """The newest alerts, over or not, the newest first; `before` goes on where an earlier look ended."""
    columns = (*_COLUMNS, alerts.c.status, alerts.c.received_at)
    older = select(*columns).where(alerts.c.id < before) if before is not None else select(*columns)
    return [
        RecentAlert(_open(row), AlertStatus(row.status), row.received_at)
        for row in tx.execute(older.order_by(alerts.c.id.desc()).limit(limit))
    ]


def groups_of(tx: Transaction, silence_id: int, limit: int) -> list[int]:
    """Groups with alerts that this silence has muted, the newest first."""
    mine = select(alerts.c.group_id).where(alerts.c.silenced_by == silence_id).distinct()
    return [int(row[0]) for row in tx.execute(mine.order_by(alerts.c.group_id.desc()).limit(limit))]


def mute(tx: Transaction, silence_id: int, alert_ids: Sequence[int]) -> None:
    """Have the silence mute those of the alerts that hold and that no silence mutes; their groups are locked."""
    mine = alerts.c.id.in_(alert_ids) & IS_OPEN & alerts.c.silenced_by.is_(None)
    status = case((alerts.c.status == AlertStatus.FIRING, AlertStatus.SUPPRESSED), else_=alerts.c.status)
    tx.execute(update(alerts).where(mine).values(silenced_by=silence_id, status=status))


def release(tx: Transaction, alert_ids: Sequence[int]) -> None:
    """Nothing silences these alerts any more; what no inhibition mutes either fires. Their groups are locked."""
    fires = (alerts.c.status == AlertStatus.SUPPRESSED) & alerts.c.inhibited_by.is_(None)
    status = case((fires, AlertStatus.FIRING), else_=alerts.c.status)
    tx.execute(update(alerts).where(alerts.c.id.in_(alert_ids), IS_OPEN).values(silenced_by=None, status=status))


def hand_over(tx: Transaction, alert_ids: Sequence[int], silence_id: int) -> None:
    """Another silence mutes these alerts from now on."""
    tx.execute(update(alerts).where(alerts.c.id.in_(alert_ids), IS_OPEN).values(silenced_by=silence_id))


def _open(row: Any) -> OpenAlert:
    labels = matchable(row.name, Severity(row.severity), row.labels)
    return OpenAlert(row.id, row.group_id, row.fingerprint, labels, row.silenced_by)


def _kept(row: Any) -> KeptSilence:
    return KeptSilence(SilenceRecord.model_validate(row), row.reached, list(row.channels))


def _counted(tx: Transaction, rows: Sequence[Any]) -> list[SilenceRecord]:
    records = [SilenceRecord.model_validate(row) for row in rows]
    running = [each.id for each in records if each.state == SilenceStatus.ACTIVE]
    counts = count_hidden(tx, running) if running else {}
    return [
        each.model_copy(update=dict(zip(("hidden", "holding"), counts.get(each.id, (0, 0)), strict=True)))
        if each.id in running
        else each
        for each in records
    ]
