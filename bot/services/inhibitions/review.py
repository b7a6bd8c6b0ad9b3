"""An alert that mutes others has begun, changed or ended: what it explains is gone through, some at a time."""

from collections.abc import Sequence

from bot.services.alerts import changes
from bot.services.inhibitions import weigh
from bot.settings import AlertDelivery
from bot.store import alerts as alert_store
from bot.store import audit, due, muting
from bot.store import inhibitions as store
from bot.store.database import Transaction
from bot.store.due import DueKind, DueRow
from bot.store.inhibitions import Muted
from riskengine.response.inhibitions import Side

#: Alerts in one transaction: some 20 ms of the writer.
SLICE = 200


def review_inhibitions(tx: Transaction, rows: Sequence[DueRow], settings: AlertDelivery) -> None:
    """What falls due on alerts that mute others."""
    for row in rows:
        review(tx, row.subject_id, settings)


def review(tx: Transaction, source_id: int, settings: AlertDelivery) -> None:
    """Have it mute just what it explains; safe to repeat. Comes again while there is more to do."""
    muting.begin_change(tx)
    keys = store.source_keys(tx, source_id)
    released = _release(tx, source_id, keys, settings)
    muted = _mute(tx, source_id, keys, settings)
    if max(released, muted) == SLICE:
        due.schedule(tx, DueKind.REVIEW_INHIBITION, [source_id], tx.now)
    elif not keys:
        store.forget(tx, [source_id], Side.SOURCE)


def _mute(tx: Transaction, source_id: int, keys: Sequence[str], settings: AlertDelivery) -> int:
    found = store.unmuted_targets(tx, keys, SLICE)
    groups = _lock(tx, found)
    store.inhibit(tx, [each.id for each in found], source_id)
    _record(tx, source_id, "inhibited", groups)
    changes.refresh(tx, groups, settings)
    return len(found)


def _release(tx: Transaction, source_id: int, keys: Sequence[str], settings: AlertDelivery) -> int:
    """What it does not explain (any more) is muted by another alert that does, or told."""
    found = store.stale_targets(tx, source_id, keys, SLICE)
    groups = _lock(tx, found)
    known = store.target_keys(tx, [each.id for each in found])
    for source, alert_ids in weigh.explained(tx, {each.id: known.get(each.id, []) for each in found}).items():
        if source is None:
            store.release(tx, alert_ids)
        else:
            store.inhibit(tx, alert_ids, source)
    _record(tx, source_id, "uninhibited", groups)
    changes.refresh(tx, groups, settings)
    return len(found)


def _lock(tx: Transaction, found: Sequence[Muted]) -> list[int]:
    groups = sorted({each.group_id for each in found})
    if groups:
        alert_store.lock_groups(tx, groups)
    return groups


def _record(tx: Transaction, source_id: int, verb: str, group_ids: Sequence[int]) -> None:
    detail = {"alert": source_id}
    audit.record(tx, [audit.Entry(audit.SYSTEM, verb, changes.GROUP, each, detail) for each in group_ids])
