"""What the weekly noise report says, in every state."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from bot.services.reports import words
from bot.slack import alert_lists
from riskengine.response.advice import Episode, ToldGroup
from riskengine.response.noise import noise_report
from tests.contracts.texts import HOSTILE, HOUR, LONG, NOON, note


def _noise(text: str, names: int) -> dict[str, Any]:
    """A report of so many names, the first told most."""
    groups = [
        ToldGroup(
            name=f"{number}{text}",
            subject=text,
            opened_at=NOON,
            acknowledged_at=NOON + HOUR if number % 2 else None,
            resolved_at=NOON + 2 * HOUR if number % 3 else None,
            refires=number % 4,
            useful=number % 5,
            not_useful=number % 2,
            episodes=(Episode(began_at=NOON, ended_at=NOON + HOUR, acknowledged=False),) * 3,
        )
        for number in range(names)
    ]
    muted = {f"{text}muted": 4} if names else {}
    return words.told(noise_report(groups, NOON - 168 * HOUR, NOON, muted), UTC)


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    reports = {"quiet": _noise("", 0), "one": _noise("x", 1), "many": _noise("Slow", 40)}
    reports |= {"long": _noise(LONG, 40), "hostile": _noise(HOSTILE, 6)}
    for state, told in reports.items():
        yield from (
            ("alerts/noise_report", f"{state}, {footer}", shown) for footer, shown in note("alerts/noise_report", told)
        )
        yield "alerts/noise_report", f"{state}, private", alert_lists.noise_report(told)
