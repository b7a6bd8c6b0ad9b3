"""Signals in: one transaction folds a batch of them into episodes and groups."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.failpoints import FailPoint, pass_by
from bot.services.alerts import changes, mute
from bot.services.inhibitions.weigh import weigh
from bot.settings import AlertDelivery
from bot.store import alerts as store
from bot.store import audit, muting
from bot.store.database import Transaction
from riskengine.response.alerts import Alert, AlertSettings, Effect, Signal, observe
from riskengine.response.grouping import Group, GroupIdentity, continues, identity_of


class Folded(NamedTuple):
    """What a batch comes to: each signal's effect, and the episodes to store."""

    effects: list[Effect]
    begun: list[Alert]
    changed: list[Alert]


def receive(tx: Transaction, signals: Sequence[Signal], settings: AlertDelivery) -> list[Effect]:
    """Store what the signals say; returns the effect of each, in their order."""
    fingerprints = list({signal.fingerprint for signal in signals})
    muting.hold_still(tx)
    store.lock_concerned(tx, fingerprints, list({identity_of(signal.name, signal.labels).key for signal in signals}))
    latest = store.latest_by_fingerprint(tx, fingerprints)
    folded = fold(tx, latest, signals)
    groups = _groups_of(tx, folded.begun, settings)
    grouped = [alert.model_copy(update={"group_id": groups[_key(alert)].id}) for alert in folded.begun]
    begun, changed = mute.muted(tx, grouped, folded.changed)
    # Ends first: a condition that ends and begins anew within one batch may have one open episode at a time only.
    store.update_alerts(tx, changed)
    store.insert_alerts(tx, begun)
    weigh(tx, begun, changed, settings)
    _record(tx, begun, changed)
    changes.refresh(tx, {alert.group_id for alert in [*begun, *changed]}, settings)
    pass_by(FailPoint.INGEST_BEFORE_COMMIT)
    return folded.effects


def fold(tx: Transaction, latest: dict[str, Alert], signals: Sequence[Signal]) -> Folded:
    """Apply the signals one after the other, so that several on one condition in a batch count in their order."""
    now_latest = dict(latest)
    effects: list[Effect] = []
    touched: dict[str, list[Alert]] = {}
    for signal in signals:
        effect, alert = observe(now_latest.get(signal.fingerprint), signal, tx.now)
        effects.append(effect)
        if alert is not None:
            now_latest[signal.fingerprint] = alert
            _replace_or_append(touched.setdefault(signal.fingerprint, []), alert)
    every = [alert for episodes in touched.values() for alert in episodes]
    return Folded(effects, [alert for alert in every if not alert.id], [alert for alert in every if alert.id])


def _replace_or_append(episodes: list[Alert], alert: Alert) -> None:
    """Keep only the last state of each episode of this batch."""
    same = bool(episodes) and episodes[-1].id == alert.id and episodes[-1].received_at == alert.received_at
    if same and episodes[-1].status != "resolved":
        episodes[-1] = alert
    else:
        episodes.append(alert)


def _key(alert: Alert) -> str:
    return identity_of(alert.name, alert.labels).key


def _groups_of(tx: Transaction, begun: Sequence[Alert], settings: AlertSettings) -> dict[str, Group]:
    """The group of every new episode: the open one, the one that it re-fires, or a new one."""
    identities: dict[str, tuple[GroupIdentity, Alert]] = {}
    for alert in begun:
        identity = identity_of(alert.name, alert.labels)
        identities.setdefault(identity.key, (identity, alert))
    groups = store.latest_groups(tx, list(identities)) if identities else {}
    missing = [key for key in sorted(identities) if not _goes_on(groups.get(key), tx, settings)]
    opened = store.open_groups(tx, [(identities[key][0], identities[key][1].severity) for key in missing])
    return {**groups, **{group.key: group for group in opened}}


def _goes_on(known: Group | None, tx: Transaction, settings: AlertSettings) -> bool:
    return known is not None and continues(known.resolved_at, tx.now, settings.refire_window)


def _record(tx: Transaction, begun: Sequence[Alert], changed: Sequence[Alert]) -> None:
    """Every episode's begin and end stands in its group's history."""
    fired = [_entry(alert, Effect.FIRED) for alert in begun]
    ended = [_entry(alert, Effect.RESOLVED) for alert in [*begun, *changed] if alert.status == "resolved"]
    audit.record(tx, fired + ended)


def _entry(alert: Alert, effect: Effect) -> audit.Entry:
    detail: dict[str, Any] = {
        "severity": alert.severity,
        "fingerprint": alert.fingerprint,
        "source": alert.source,
    }
    if effect == Effect.FIRED and alert.is_muted:
        detail |= {"silenced_by": alert.silenced_by, "inhibited_by": alert.inhibited_by}
    return audit.Entry(f"source:{alert.source}", f"alert_{effect}", "alert_group", alert.group_id, detail)
