"""Every state of what is told and asked of silences."""

from collections.abc import Iterator
from typing import Any

from riskengine.response.silences import SilenceRecord, SilenceStatus, parse_matchers
from tests.contracts.texts import HOSTILE, HOUR, LONG, NOON, note

WORDS = {"plain": "model=glm-4.5", "long": LONG, "hostile": HOSTILE, "blank": " "}


def silence(**changes: Any) -> SilenceRecord:
    plain = {
        "id": 7,
        "matchers": parse_matchers("model=glm-4.5 severity!=critical"),
        "starts_at": NOON,
        "ends_at": NOON + 2 * HOUR,
        "comment": "We upgrade the router.",
        "created_by": "U0HANA",
        "created_at": NOON,
        "state": SilenceStatus.ACTIVE,
    }
    return SilenceRecord.model_validate({**plain, **changes})


def notes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    until = {"timestamp": 1_767_225_600, "utc": "2026-01-01 00:00 UTC"}
    for state, text in WORDS.items():
        named = {"filter": text[:600], "comment": text[:500], "by": "U0HANA"}
        payloads: dict[str, tuple[str, dict[str, Any]]] = {
            "begun": ("silences/began", {**named, "until": until, "holding": 0}),
            "begun by a program": ("silences/began", {**named, "by": "token:ci", "until": until, "holding": 9}),
        }
        for because, by, hidden, holding in (
            ("expired", None, 37, 1),
            ("ended", "U0IVAN", 1, 0),
            ("ended", "token:ci", 37, 4),
            ("idle", None, 0, 0),
        ):
            over = {"because": because, "ended_by": by, "hidden": hidden, "holding": holding, "idle_after": "1 d"}
            payloads[f"{because} {by}"] = ("silences/over", {**named, **over})
        for kind, (template, payload) in payloads.items():
            yield from ((template, f"{state}, {kind}, {footer}", shown) for footer, shown in note(template, payload))


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield from notes()
