"""What `/alerts delivery` answers, in every state."""

from collections.abc import Iterator
from typing import Any

from bot.slack import delivery_lists
from bot.store.due import DueKind
from riskengine.response.callbacks import CallbackFigures, CallbackRecord, CallbackState
from riskengine.response.delivery_reports import DeliveryReport, Figures, Hold, Parts, Planned, QueueLine, Refusal
from tests.contracts.texts import HOSTILE, HOUR, LONG, NOON

QUIET = Figures(lines=[], sending=0, dead=0, holds=[], refusals=[], planned=[])
WELL = Parts("", "", "socket", NOON - HOUR, NOON)
SILENT = Parts("Slack cannot be reached", "the socket has been down for 9 s", "http", None, NOON + HOUR)


def _given_up(text: str) -> CallbackRecord:
    return CallbackRecord(
        id=7,
        delivery_id="cb_7",
        event=text[:64],
        subject_kind="escalation",
        subject_id=1,
        host=text[:255],
        state=CallbackState.DEAD,
        attempts=30,
        created_at=NOON - HOUR,
        next_attempt_at=None,
        delivered_at=None,
        last_error=text,
    )


def _figures(text: str, number: int) -> Figures:
    return Figures(
        lines=[QueueLine(text, each, 3, 1, 1, NOON - HOUR) for each in (10, 20, 30, 40, 50, 60)] * number,
        sending=3,
        dead=99_999,
        holds=[Hold(text, NOON + HOUR, "Slack asked us to wait 30 s " + text)] * number,
        refusals=[Refusal(text, "is_archived", NOON - HOUR), Refusal("U0HANA", text[:80], NOON)] * number,
        callbacks=CallbackFigures(number, 99_999, NOON - HOUR, (_given_up(text),) * min(10, number)),
        planned=[Planned(kind, text, NOON) for kind in (*DueKind, "tomorrow.kind", *DueKind)][:10],
    )


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    states = {
        "quiet": QUIET,
        "busy": _figures("#llm-alerts", 1),
        "long": _figures(LONG, 20),
        "hostile": _figures(HOSTILE, 20),
    }
    for state, figures in states.items():
        for words, parts in (("well", WELL), ("silent", SILENT)):
            for prefix in ("", "rb-" * 7):
                shown = delivery_lists.status(DeliveryReport(figures, parts, NOON), prefix)
                yield "delivery/status", f"{state} {words} {prefix}", shown
