"""What channels are told of a silence: that it began, and that it is over with what it hid."""

from collections.abc import Iterable
from typing import Any

from bot.store import destinations, outbox
from bot.store.database import Transaction
from bot.store.outbox import Note, told
from riskengine.durations import spoken
from riskengine.response.silences import SilenceEnd, SilenceRecord, SilenceSettings

SILENCE = "silence"


def began(tx: Transaction, record: SilenceRecord, channels: Iterable[str], holding: int) -> None:
    """Said where people would miss the alerts."""
    _tell(tx, record, "began", channels, {"until": told(record.ends_at), "holding": holding})


def over(tx: Transaction, record: SilenceRecord, channels: Iterable[str], settings: SilenceSettings) -> None:
    """Said in the channels that were told of its begin, and in those of what it hid."""
    because = record.ended_because or SilenceEnd.EXPIRED
    payload = {
        "because": because,
        "ended_by": record.ended_by,
        "hidden": record.hidden,
        "holding": record.holding,
        "idle_after": spoken(settings.idle_after),
    }
    _tell(tx, record, "over", channels, payload)


def _tell(tx: Transaction, record: SilenceRecord, kind: str, channels: Iterable[str], payload: dict[str, Any]) -> None:
    payload = {**payload, "filter": filter_of(record), "comment": record.comment, "by": record.created_by}
    key, template = f"{SILENCE}:{record.id}:{kind}", f"silences/{kind}"
    notes = [Note(f"{key}:{each}", template, SILENCE, record.id, payload, channel=each) for each in channels]
    destinations.ensure(tx, [note.channel for note in notes])
    outbox.enqueue(tx, notes)


def filter_of(record: SilenceRecord) -> str:
    """What it silences, as a person would write it."""
    return " ".join(map(str, record.matchers))
