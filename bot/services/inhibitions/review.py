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

#: Alerts, and groups of them, in one transaction: some 20 ms of the writer. Groups cost most: each is summed and shown.
SLICE = 200
GROUPS = 40


def review_inhibitions(tx: Transaction, rows: Sequence[DueRow], settings: AlertDelivery) -> None:
    """What falls due on alerts that mute others."""
    for row in rows:
        review(tx, row.subject_id, settings)


def review(tx: Transaction, source_id: int, settings: AlertDelivery) -> None:
    """Have it mute just what it explains; safe to repeat. Comes again while there is more to do."""
    muting.begin_change(tx)
    keys = store.source_keys(tx, source_id)
    more_to_release = _release(tx, source_id, keys, settings)
    more_to_mute = _mute(tx, source_id, keys, settings)
    if more_to_release or more_to_mute:
        due.schedule(tx, DueKind.REVIEW_INHIBITION, [source_id], tx.now)
    elif not keys:
        store.forget(tx, [source_id], [Side.SOURCE])


def _mute(tx: Transaction, source_id: int, keys: Sequence[str], settings: AlertDelivery) -> bool:
    found, has_more = _of_some_groups(store.unmuted_targets(tx, keys, SLICE))
    groups = _lock(tx, found)
    store.inhibit(tx, [each.id for each in found], source_id)
    _record(tx, source_id, "inhibited", groups)
    changes.refresh(tx, groups, settings)
    return has_more


def _release(tx: Transaction, source_id: int, keys: Sequence[str], settings: AlertDelivery) -> bool:
    """What it does not explain (any more) is muted by another alert that does, or told."""
    found, has_more = _of_some_groups(store.stale_targets(tx, source_id, keys, SLICE))
    groups = _lock(tx, found)
    known = store.target_keys(tx, [each.id for each in found])
    for source, alert_ids in weigh.explained(tx, {each.id: known.get(each.id, []) for each in found}).items():
        if source is None:
            store.release(tx, alert_ids)
        else:
            store.inhibit(tx, alert_ids, source)
    _record(tx, source_id, "uninhibited", groups)
    changes.refresh(tx, groups, settings)
    return has_more


def _of_some_groups(found: Sequence[Muted]) -> tuple[list[Muted], bool]:
    """The alerts of the first groups, and whether there are more, here or beyond."""
    first = set(sorted({each.group_id for each in found})[:GROUPS])
    kept = [each for each in found if each.group_id in first]
    return kept, len(kept) < len(found) or len(found) == SLICE


def _lock(tx: Transaction, found: Sequence[Muted]) -> list[int]:
    groups = sorted({each.group_id for each in found})
    if groups:
        alert_store.lock_groups(tx, groups)
    return groups


def _record(tx: Transaction, source_id: int, verb: str, group_ids: Sequence[int]) -> None:
    detail = {"alert": source_id}
    audit.record(tx, [audit.Entry(audit.SYSTEM, verb, changes.GROUP, each, detail) for each in group_ids])
