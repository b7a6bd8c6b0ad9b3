"""Which open alerts may mute others, and which may be muted, by the values that both must share."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from bot.store.alerts import alerts
from bot.store.database import Transaction
from bot.store.schema import Id, metadata
from bot.store.silences import IS_OPEN
from riskengine.response.alerts import AlertStatus
from riskengine.response.inhibitions import Side, Standing

inhibition_sides = Table(
    "inhibition_sides",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True),
    #: A digest of the inhibition's name and the values of the labels that both sides share.
    Column("key", String(32), primary_key=True),
    Column("side", String(8), primary_key=True),
    Index("ix_inhibition_sides_key", "key", "side", "alert_id"),
)


class Muted(NamedTuple):
    """An alert that holds, as inhibitions see it."""

    id: int
    group_id: int


#: Each batch of alerts asks these: made once, since SQLAlchemy takes longer to build one than SQLite to answer it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_SIDES: BindParameter[Any] = bindparam("sides", expanding=True)
_MINE = inhibition_sides.c.alert_id.in_(_IDS) & inhibition_sides.c.side.in_(_SIDES)
_FORGET = delete(inhibition_sides).where(_MINE)
_SOURCES_AMONG = select(inhibition_sides.c.alert_id).where(_MINE).distinct()
_OPEN_IDS = select(alerts.c.fingerprint, alerts.c.id).where(
    alerts.c.fingerprint.in_(bindparam("fingerprints", expanding=True)), IS_OPEN
)
_SOURCES_OF = (
    select(inhibition_sides.c.key, func.min(inhibition_sides.c.alert_id).label("source"))
    .join(alerts)
    .where(
        inhibition_sides.c.key.in_(bindparam("keys", expanding=True)),
        inhibition_sides.c.side == Side.SOURCE,
        IS_OPEN,
    )
    .group_by(inhibition_sides.c.key)
)


def put(tx: Transaction, standings: Mapping[int, Collection[Standing]]) -> None:
    """Store where these alerts stand; wherever they stood is forgotten."""
    rows = [{"alert_id": each, **standing._asdict()} for each, several in standings.items() for standing in several]
    if rows:
        tx.execute(insert(inhibition_sides), rows)


def forget(tx: Transaction, alert_ids: Collection[int], sides: Collection[Side] = tuple(Side)) -> None:
    """What is over need not be muted any more, and mutes nothing once what it muted is looked at."""
    if alert_ids:
        tx.execute(_FORGET, {"ids": list(alert_ids), "sides": list(sides)})


def sources_among(tx: Transaction, alert_ids: Collection[int]) -> list[int]:
    """Those of the alerts that may mute others."""
    found = tx.execute(_SOURCES_AMONG, {"ids": list(alert_ids), "sides": [Side.SOURCE]})
    return [int(row[0]) for row in found]


def sources(tx: Transaction) -> list[int]:
    """Every alert that may mute others, and every one that does."""
    standing = select(inhibition_sides.c.alert_id).where(inhibition_sides.c.side == Side.SOURCE)
    muting = select(alerts.c.inhibited_by).where(alerts.c.inhibited_by.is_not(None), IS_OPEN)
    return sorted({int(row[0]) for query in (standing, muting) for row in tx.execute(query)})


def open_ids(tx: Transaction, fingerprints: Collection[str]) -> dict[str, int]:
    """The alert that holds of each condition."""
    found = tx.execute(_OPEN_IDS, {"fingerprints": list(fingerprints)})
    return {row.fingerprint: int(row.id) for row in found}


def ids_in_group(tx: Transaction, group_id: int) -> list[int]:
    """Alerts of a group that stand on a side."""
    standing = select(inhibition_sides.c.alert_id).join(alerts).where(alerts.c.group_id == group_id).distinct()
    return [int(row[0]) for row in tx.execute(standing)]


def sources_of(tx: Transaction, keys: Collection[str]) -> dict[str, int]:
    """Of each key the first alert that holds and mutes its counterparts."""
    if not keys:
        return {}
    return {row.key: int(row.source) for row in tx.execute(_SOURCES_OF, {"keys": list(keys)})}


def source_keys(tx: Transaction, alert_id: int) -> list[str]:
    """The keys whose counterparts this alert mutes: none when it is over."""
    mine = (
        select(inhibition_sides.c.key)
        .join(alerts)
        .where(inhibition_sides.c.alert_id == alert_id, inhibition_sides.c.side == Side.SOURCE, IS_OPEN)
    )
    return sorted(str(row[0]) for row in tx.execute(mine))


def target_keys(tx: Transaction, alert_ids: Collection[int]) -> dict[int, list[str]]:
    """The keys by which each of these alerts may be muted, in a fixed order."""
    mine = inhibition_sides.c.alert_id.in_(alert_ids) & (inhibition_sides.c.side == Side.TARGET)
    keys: dict[int, list[str]] = {}
    for row in tx.execute(select(inhibition_sides).where(mine).order_by(inhibition_sides.c.key)):
        keys.setdefault(int(row.alert_id), []).append(row.key)
    return keys


def unmuted_targets(tx: Transaction, keys: Sequence[str], limit: int) -> list[Muted]:
    """Counterparts of a source that hold and that no inhibition mutes yet."""
    if not keys:
        return []
    wanted = (
        select(alerts.c.id, alerts.c.group_id)
        .join(inhibition_sides)
        .where(
            inhibition_sides.c.key.in_(keys),
            inhibition_sides.c.side == Side.TARGET,
            IS_OPEN,
            alerts.c.inhibited_by.is_(None),
        )
    )
    ordered = wanted.distinct().order_by(alerts.c.group_id, alerts.c.id).limit(limit)
    return [Muted(row.id, row.group_id) for row in tx.execute(ordered)]


def stale_targets(tx: Transaction, source_id: int, keys: Sequence[str], limit: int) -> list[Muted]:
    """Alerts that hold and that this one mutes, though it has no key (any more) by which it might."""
    explained = select(inhibition_sides.c.alert_id).where(
        inhibition_sides.c.key.in_(keys),
        inhibition_sides.c.side == Side.TARGET,
        inhibition_sides.c.alert_id == alerts.c.id,
    )
    wanted = select(alerts.c.id, alerts.c.group_id).where(
        alerts.c.inhibited_by == source_id, IS_OPEN, *([~explained.exists()] if keys else [])
    )
    return [
        Muted(row.id, row.group_id) for row in tx.execute(wanted.order_by(alerts.c.group_id, alerts.c.id).limit(limit))
    ]


def inhibit(tx: Transaction, alert_ids: Collection[int], source_id: int) -> None:
    """Have an alert mute these; their groups are locked."""
    status = case((alerts.c.status == AlertStatus.FIRING, AlertStatus.SUPPRESSED), else_=alerts.c.status)
    mine = alerts.c.id.in_(alert_ids) & IS_OPEN
    tx.execute(update(alerts).where(mine).values(inhibited_by=source_id, status=status))


def release(tx: Transaction, alert_ids: Collection[int]) -> None:
    """Nothing explains these any more; what no silence mutes either fires. Their groups are locked."""
    fires = (alerts.c.status == AlertStatus.SUPPRESSED) & alerts.c.silenced_by.is_(None)
    status = case((fires, AlertStatus.FIRING), else_=alerts.c.status)
    mine = alerts.c.id.in_(alert_ids) & IS_OPEN
    tx.execute(update(alerts).where(mine).values(inhibited_by=None, status=status))
