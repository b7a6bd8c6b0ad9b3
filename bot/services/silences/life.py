"""A silence's life: it begins, ends by itself or by a person, or because it matched nothing for too long."""

from collections.abc import Sequence
from datetime import datetime

from bot.services.alerts import changes
from bot.services.silences import notes, sweep
from bot.settings import AlertDelivery
from bot.store import audit, cards, due, muting
from bot.store import silences as store
from bot.store.database import Transaction
from bot.store.due import DueKind, DueRow
from bot.store.silences import KeptSilence
from riskengine.response.matchers import match_all
from riskengine.response.silences import SilenceEnd, SilenceRecord, SilenceStatus, end, is_idle

#: Alerts, or groups, that are looked at to find the channels to tell, or whether another silence hides a match.
LOOK = 500
#: A silence is told in so many channels; what it affects beyond is found by `/alerts silences`.
MOST_CHANNELS = 20


def review_silences(tx: Transaction, rows: Sequence[DueRow], settings: AlertDelivery) -> None:
    """What falls due on silences."""
    for row in rows:
        review(tx, row.subject_id, settings)


def review(tx: Transaction, silence_id: int, settings: AlertDelivery) -> None:
    """Begin it, end it or go on with either, as its times and the alerts ask for now; safe to repeat."""
    muting.begin_change(tx)
    kept = store.lock(tx, silence_id)
    if kept is None or kept.record.state == SilenceStatus.DRAFT:
        return
    if kept.record.state == SilenceStatus.PENDING and kept.record.starts_at <= tx.now:
        kept = _begin(tx, kept)
    because = _end_of(tx, kept.record, settings)
    if because is not None:
        kept = finish(tx, kept, because, by=None, settings=settings)
    go_on(tx, kept, settings)


def finish(
    tx: Transaction, kept: KeptSilence, because: SilenceEnd, *, by: str | None, settings: AlertDelivery
) -> KeptSilence:
    """End it: from the commit on it mutes nothing new; what it mutes is told by `go_on`."""
    hidden, holding = store.count_hidden(tx, [kept.record.id]).get(kept.record.id, (0, 0))
    was_in_force = kept.record.state == SilenceStatus.ACTIVE
    times = end(kept.record, tx.now)
    over = kept.record.model_copy(
        update={
            "state": SilenceStatus.EXPIRED,
            "starts_at": times.starts_at,
            "ends_at": times.ends_at,
            "ended_at": tx.now,
            "ended_by": by,
            "ended_because": because,
            "hidden": hidden,
            "holding": holding,
        }
    )
    ended = ("state", "starts_at", "ends_at", "ended_at", "ended_by", "ended_because", "hidden")
    store.change(tx, over.id, **{name: getattr(over, name) for name in ended}, reached=None)
    audit.record(tx, [_entry(over, f"silence_{because}", by)])
    if was_in_force:
        hid = cards.channels_of(tx, changes.GROUP, store.groups_of(tx, over.id, LOOK))
        notes.over(tx, over, sorted({*kept.channels, *hid})[:MOST_CHANNELS], settings.silences)
    return KeptSilence(over, None, kept.channels)


def go_on(tx: Transaction, kept: KeptSilence, settings: AlertDelivery) -> None:
    """Meet some of the alerts that hold, and come again when there is more to do."""
    again: datetime | None
    if kept.record.state == SilenceStatus.ACTIVE and kept.reached is not None:
        met = sweep.mute_next(tx, kept, settings)
        again = tx.now if met.reached is not None else _next_look(tx, kept.record, settings)
        if met.reached is None:
            _tell_begin(tx, met, settings)
    elif kept.record.state == SilenceStatus.EXPIRED:
        again = tx.now if sweep.release_next(tx, kept, settings) else None
    else:
        again = _next_look(tx, kept.record, settings)
    if again is not None:
        due.schedule(tx, DueKind.REVIEW_SILENCE, [kept.record.id], again)


def _begin(tx: Transaction, kept: KeptSilence) -> KeptSilence:
    store.change(tx, kept.record.id, state=SilenceStatus.ACTIVE, reached="")
    audit.record(tx, [_entry(kept.record, "silence_began", None)])
    return KeptSilence(kept.record.model_copy(update={"state": SilenceStatus.ACTIVE}), "", kept.channels)


def _end_of(tx: Transaction, record: SilenceRecord, settings: AlertDelivery) -> SilenceEnd | None:
    """Why it is over by itself, if it is."""
    if record.state != SilenceStatus.ACTIVE:
        return None
    if record.ends_at <= tx.now:
        return SilenceEnd.EXPIRED
    idle = is_idle(record, _matched_at(tx, record), tx.now, settings.silences)
    return SilenceEnd.IDLE if idle else None


def _matched_at(tx: Transaction, record: SilenceRecord) -> datetime | None:
    """When it last meant an alert: now, while one holds, even one that an earlier silence mutes already."""
    holding = store.count_hidden(tx, [record.id]).get(record.id, (0, 0))[1]
    others = store.held_by_others(tx, record.id, LOOK) if not holding else ()
    if holding or any(match_all(record.matchers, each.labels) for each in others):
        return tx.now
    return store.last_ended(tx, record.id)


def _next_look(tx: Transaction, record: SilenceRecord, settings: AlertDelivery) -> datetime:
    if record.state == SilenceStatus.PENDING:
        return record.starts_at
    matched_at = max(_matched_at(tx, record) or record.starts_at, record.starts_at)
    return min(record.ends_at, matched_at + settings.silences.idle_after)


def _tell_begin(tx: Transaction, kept: KeptSilence, settings: AlertDelivery) -> None:
    """In the channels that hear of what it mutes; of what it would have muted lately; else in the default one."""
    holding = store.count_hidden(tx, [kept.record.id]).get(kept.record.id, (0, 0))[1]
    channels = kept.channels or _lately(tx, kept.record) or [settings.default_channel]
    store.change(tx, kept.record.id, channels=channels[:MOST_CHANNELS])
    notes.began(tx, kept.record, channels[:MOST_CHANNELS], holding)


def _lately(tx: Transaction, record: SilenceRecord) -> list[str]:
    recent = (each.alert for each in store.newest(tx, LOOK))
    groups = {each.group_id for each in recent if match_all(record.matchers, each.labels)}
    return cards.channels_of(tx, changes.GROUP, groups) if groups else []


def _entry(record: SilenceRecord, verb: str, by: str | None) -> audit.Entry:
    """What it silences stands in the audit; the comment, a person's own words, does not."""
    detail = {"matchers": notes.filter_of(record), "ends_at": record.ends_at.isoformat()}
    return audit.Entry(audit.actor(by), verb, notes.SILENCE, record.id, detail)
