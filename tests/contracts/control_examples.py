"""Cost controls in every state."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bot.services.budget_raises.follow import TEMPLATE as RAISED
from bot.services.controls.settle import CARD, NOTE
from bot.slack.control_cards import to_card
from bot.slack.render import render
from riskengine.response.control_words import TITLES
from riskengine.response.controls import Control, ControlEnd, ControlKind, ControlStatus, Effect
from tests.contracts.texts import FOOTERS, HOSTILE, HOUR, LONG, NOON, note

UNTIL = {"timestamp": 1_764_000_000, "utc": "2025-11-24 16:00 UTC"}
TEXTS = {"plain": "The escalation rate of the last day is 8 %, above 5 %.", "hostile": HOSTILE, "long": LONG}
VERBS = ("started", "prolonged", "declined", "reversed", "expired", "condition_over", "superseded", "changed", "new")


def _control(text: str, **changes: Any) -> Control:
    return Control(
        **{
            "id": 12,
            "kind": ControlKind.COST_SAVING,
            "status": ControlStatus.PROPOSED,
            "condition": None,
            "reason": text,
            "effect": Effect(decision_line=Decimal("0.6"), calls_per_minute=60, prefer_models=(text[:200],)),
            "lasts_seconds": 86_400,
            "created_at": NOON,
            "expires_at": NOON + 24 * HOUR,
            **changes,
        }
    )


def _states(text: str) -> Iterator[tuple[str, Control]]:
    for kind in ControlKind:
        yield f"proposed {kind}", _control(text, kind=kind)
    for who in (None, "U0HANA", "token:ci"):
        active = {"status": ControlStatus.ACTIVE, "starts_at": NOON, "started_by": who}
        yield f"active by {who}", _control(text, **active)
        yield f"prolonged by {who}", _control(text, **active, prolonged_at=NOON, prolonged_by=who)
        for because in ControlEnd:
            over = {"status": ControlStatus.ENDED, "ended_at": NOON, "ended_because": because, "ended_by": who}
            yield f"{because} by {who}", _control(text, **{**active, **over})
            yield f"{because} by {who}, never started", _control(text, **over)


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for label, text in TEXTS.items():
        for state, control in _states(text):
            card = dict(to_card(control))
            for footer, values in FOOTERS.items():
                yield CARD, f"{label}, {state}, {footer}", render(CARD, {**card, **values})
        for refused in ("", text):
            payload = {"budget": "daily", "usd": "80", "until": UNTIL, "refused": refused}
            for footer, shown in note(RAISED, payload):
                yield RAISED, f"{label}, {'refused' if refused else 'applied'}, {footer}", shown
    for verb in VERBS:
        for who in (None, "U0HANA"):
            payload = {"title": TITLES[ControlKind.RATE_LIMITING], "verb": verb, "by": who}
            for end in (UNTIL, None):
                for footer, shown in note(NOTE, {**payload, "until": end}):
                    yield NOTE, f"{verb} by {who}, {end and 'until'}, {footer}", shown
