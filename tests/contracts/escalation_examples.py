"""What is shown of escalations that people ask for, in every state."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from bot.services.reports import escalation_words
from bot.slack import approval_views, escalate_views
from bot.slack.escalate_views import AskedTier, EscalationLines
from bot.slack.need_cards import to_card
from bot.slack.render import render
from riskengine.areas.escalation import EscalationStatus, Need, PastOutcomes, Share
from riskengine.areas.escalation.indicators import IndicatorSettings
from riskengine.areas.escalation.review import Asked, Reviewed, review
from riskengine.availability import Outage, availability
from riskengine.response.approvals.execution import Execution, ExecutionStatus
from tests.contracts.approval_examples import request
from tests.contracts.texts import FOOTERS, HOSTILE, HOUR, LONG, NOON, note

TEXTS = {"plain": "Rewrite the login flow", "hostile": HOSTILE, "long": LONG}
CROWD = tuple(f"U0{number:04}" for number in range(100))


def _lines(text: str, status: EscalationStatus, people: tuple[str, ...]) -> EscalationLines:
    tier = AskedTier(text, True, NOON, NOON + HOUR, people)
    is_over = status not in (EscalationStatus.PENDING, EscalationStatus.NOT_NEEDED)
    return EscalationLines(
        id=12,
        title=text,
        asked_by="U0HANA" if people else "token:ci",
        status=status,
        score="0.5",
        reason=text,
        recommendations=(text,) * 9,
        request_id=7,
        tiers=() if status is EscalationStatus.NOT_NEEDED else (tier, tier._replace(is_asked=False)) * 6,
        decided_by="U0HANA" if is_over and status is not EscalationStatus.EXPIRED else "",
        decided_at=NOON if is_over else None,
        comment=text,
        execution="started" if status is EscalationStatus.APPROVED else "",
    )


def _need(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    over = {"status": "approved", "decided_at": NOON, "decided_by": "U0HANA"}
    silent = {"id": 12, "needed": None, "needed_by": None, "needed_at": None}
    said = [silent, *({**silent, "needed": word, "needed_by": "U0IVAN", "needed_at": NOON} for word in Need)]
    for answer in said:
        for status in (None, *ExecutionStatus):
            execution = status and Execution(
                id=1, request_id=7, payload_hash="", status=status, started_at=NOON, ended_at=None, detail=text
            )
            card = to_card(answer, request(title=text, **over), execution)
            for footer, values in FOOTERS.items():
                yield f"{answer['needed']}, {status}, {footer}", render("escalations/need", {**dict(card), **values})


def _reviews(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """An empty week, an empty one with an outage, and a busy one."""
    limits, past = (
        IndicatorSettings(),
        PastOutcomes(unneeded=Share(count=8, total=10), troubled=Share(count=9, total=9)),
    )
    calm = availability([], NOON - 168 * HOUR, NOON)
    down = availability([Outage(NOON - 9 * HOUR, NOON - HOUR)], NOON - 168 * HOUR, NOON)
    busy = [
        Reviewed(
            outcome=outcome,
            wait=number * HOUR,
            criteria=(f"{number}{text}",),
            needed="unneeded",
            asked=(Asked(f"{number % 20}{text}", None), Asked(text, HOUR)) * 4,
        )
        for number, outcome in enumerate([*EscalationStatus] * 9)
    ]
    for state, decisions, known, there in (
        ("empty", [], PastOutcomes(), calm),
        ("away", [], PastOutcomes(), down),
        ("one", [Reviewed("not_needed", None, (), None, ())], PastOutcomes(), calm),
        ("busy", busy, past, down),
    ):
        told = escalation_words.told(review(decisions, known, there, limits), limits, UTC)
        yield f"{state}, private", approval_views.review(told)
        yield from ((f"{state}, {footer}", shown) for footer, shown in note("escalations/review", told))


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "escalations/form", "no security types", escalate_views.form([])
    yield "escalations/told", "a sentence", escalate_views.told("Nothing was changed.")
    for label, text in TEXTS.items():
        yield from (("escalations/review", f"{label}, {state}", shown) for state, shown in _reviews(text))
        yield from (("escalations/need", f"{label}, {state}", shown) for state, shown in _need(text))
        yield "escalations/form", label, escalate_views.form([text] * 120, text)
        for prefix in ("", "rb-" * 7):
            yield "escalations/help", f"{label} {prefix}", escalate_views.help_text(prefix)
            for people in ((), ("U0HANA",), CROWD):
                state = f"{label} {prefix}, {len(people)} people"
                for status in EscalationStatus:
                    shown = escalate_views.listing(_lines(text, status, people), prefix)
                    yield "escalations/shown", f"{state}, {status}", shown
                lines = _lines(text, EscalationStatus.PENDING, people)
                yield "escalations/asked", state, escalate_views.asked(lines, prefix)
        yield "escalations/edit_form", label, escalate_views.edit_form(7, 2, text, text)
        yield "escalations/edit_form", f"{label}, no summary", escalate_views.edit_form(7, 2, text, "")
        lines = _lines(text, EscalationStatus.NOT_NEEDED, ("U0HANA",))
        yield "escalations/not_needed", label, escalate_views.not_needed(lines)
        yield (
            "escalations/not_needed",
            f"{label}, no advice",
            escalate_views.not_needed(lines._replace(recommendations=())),
        )
