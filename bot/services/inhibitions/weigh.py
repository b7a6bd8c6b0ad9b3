"""Alerts as they come and go: what they explain, and what explains them."""

from collections.abc import Collection, Mapping, Sequence

from bot.settings import AlertDelivery
from bot.store import due
from bot.store import inhibitions as store
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.response.alerts import Alert, AlertStatus
from riskengine.response.inhibitions import Inhibition, Side, Standing, standings
from riskengine.response.matchers import matchable


def weigh(tx: Transaction, begun: Sequence[Alert], changed: Sequence[Alert], settings: AlertDelivery) -> None:
    """Mute those of a batch that something explains, and have what they explain looked at anew.

    Their groups are locked, they are stored, and `muting.hold_still` came before: what begins or ends beside us is
    looked at after our commit.
    """
    if not settings.inhibitions:
        return
    over = [alert.id for alert in changed if alert.status == AlertStatus.RESOLVED]
    if over:
        end(tx, over)
    where = _standings([alert for alert in begun if alert.status != AlertStatus.RESOLVED], settings.inhibitions)
    known = [alert for alert in changed if alert.status != AlertStatus.RESOLVED]
    ids = store.open_ids(tx, where) if where else {}
    standing: dict[int, set[Standing]] = {ids[fingerprint]: several for fingerprint, several in where.items()}
    # How severe it is may decide where it stands, and it may have changed.
    before = store.sources_among(tx, [alert.id for alert in known]) if known else []
    store.forget(tx, [alert.id for alert in known])
    standing |= {alert.id: standings(_labels(alert), settings.inhibitions) for alert in known}
    store.put(tx, standing)
    _mute(tx, standing)
    muting = [each for each, several in standing.items() if any(one.side == Side.SOURCE for one in several)]
    due.schedule(tx, DueKind.REVIEW_INHIBITION, sorted({*before, *muting}), tx.now)


def end(tx: Transaction, alert_ids: Collection[int]) -> None:
    """These are over: whatever they muted is looked at as soon as this is committed."""
    store.forget(tx, alert_ids, [Side.TARGET])
    due.schedule(tx, DueKind.REVIEW_INHIBITION, store.sources_among(tx, alert_ids), tx.now)


def end_of_group(tx: Transaction, group_id: int) -> None:
    """The same for all alerts of a group that a person has resolved."""
    standing = store.ids_in_group(tx, group_id)
    if standing:
        end(tx, standing)


def explained(tx: Transaction, keys: Mapping[int, Sequence[str]]) -> dict[int | None, list[int]]:
    """Which alert mutes each of these, by the keys of each: source → what it mutes; None for what nothing explains."""
    sources = store.sources_of(tx, {key for several in keys.values() for key in several})
    found: dict[int | None, list[int]] = {}
    for alert_id, several in sorted(keys.items()):
        source = next((sources[key] for key in several if key in sources), None)
        found.setdefault(source, []).append(alert_id)
    return found


def _mute(tx: Transaction, standing: Mapping[int, Collection[Standing]]) -> None:
    keys = {
        alert_id: sorted(one.key for one in several if one.side == Side.TARGET)
        for alert_id, several in standing.items()
    }
    for source, alert_ids in explained(tx, {each: several for each, several in keys.items() if several}).items():
        if source is not None:
            store.inhibit(tx, alert_ids, source)


def _standings(begun: Sequence[Alert], inhibitions: Sequence[Inhibition]) -> dict[str, set[Standing]]:
    """By fingerprint, of those that stand anywhere: most alerts explain nothing and nothing explains them."""
    found = {alert.fingerprint: standings(_labels(alert), inhibitions) for alert in begun}
    return {fingerprint: several for fingerprint, several in found.items() if several}


def _labels(alert: Alert) -> dict[str, str]:
    return matchable(alert.name, alert.severity, alert.labels)
