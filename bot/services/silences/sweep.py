"""A silence meets the alerts that hold already: some at a time, so that no press waits for thousands."""

from collections.abc import Sequence

from bot.services.alerts import changes
from bot.settings import AlertDelivery
from bot.store import alerts as alert_store
from bot.store import audit, cards
from bot.store import silences as store
from bot.store.database import Transaction
from bot.store.silences import KeptSilence, OpenAlert
from riskengine.response.matchers import match_all
from riskengine.response.silences import longest_silencing

#: Alerts, and groups of them, in one transaction: some 20 ms of the writer. Groups cost most: each is summed and shown.
SLICE = 200
GROUPS = 40


def mute_next(tx: Transaction, kept: KeptSilence, settings: AlertDelivery) -> KeptSilence:
    """Mute what it means among the next alerts that hold; `reached` is None once all have been gone through."""
    found, reached = store.next_by_group(tx, kept.reached or "", groups=GROUPS, limit=SLICE)
    meant = [each for each in found if each.silenced_by is None and match_all(kept.record.matchers, each.labels)]
    groups = _groups(meant)
    alert_store.lock_groups(tx, groups)
    store.mute(tx, kept.record.id, [each.id for each in meant])
    _record(tx, kept.record.id, "silenced", groups)
    changes.refresh(tx, groups, settings, by_person=True)
    channels = sorted({*kept.channels, *(cards.channels_of(tx, changes.GROUP, groups) if groups else ())})
    store.change(tx, kept.record.id, reached=reached, channels=channels)
    return KeptSilence(kept.record, reached, channels)


def release_next(tx: Transaction, kept: KeptSilence, settings: AlertDelivery) -> bool:
    """Have the next alerts that it muted told, or muted by another silence; True when more are left."""
    held, has_more = _of_some_groups(store.held_by(tx, kept.record.id, SLICE))
    in_force = store.in_force(tx)
    heirs: dict[int | None, list[int]] = {}
    for each in held:
        heir = longest_silencing(each.labels, in_force, tx.now)
        heirs.setdefault(heir.id if heir else None, []).append(each.id)
    groups = _groups(held)
    alert_store.lock_groups(tx, groups)
    for heir_id, alert_ids in heirs.items():
        if heir_id is None:
            store.release(tx, alert_ids)
        else:
            store.hand_over(tx, alert_ids, heir_id)
    _record(tx, kept.record.id, "unsilenced", groups)
    # The silence's own note says that they hold; one note for each of a thousand groups would be a storm.
    changes.refresh(tx, groups, settings, by_person=True, announce=False)
    return has_more


def _of_some_groups(held: Sequence[OpenAlert]) -> tuple[list[OpenAlert], bool]:
    """The alerts of the first groups, and whether there are more, here or beyond."""
    first = set(_groups(held)[:GROUPS])
    kept = [each for each in held if each.group_id in first]
    return kept, len(kept) < len(held) or len(held) == SLICE


def _groups(alerts: Sequence[OpenAlert]) -> list[int]:
    return sorted({each.group_id for each in alerts})


def _record(tx: Transaction, silence_id: int, verb: str, group_ids: Sequence[int]) -> None:
    detail = {"silence": silence_id}
    audit.record(tx, [audit.Entry(audit.SYSTEM, verb, changes.GROUP, each, detail) for each in group_ids])
