"""The modal of one group: its state, its buttons, and what has happened."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.slack.alert_cards import to_card
from bot.slack.render import render
from riskengine.durations import spoken
from riskengine.response.reports import GroupDetail, Recorded

#: The newest entries; a modal is no place to read a hundred lines.
HISTORY = 25
TOLD = {
    "alert_fired": "an alert fired",
    "alert_resolved": "an alert ended",
    "acknowledged": "acknowledged it",
    "unacknowledged": "gave it back",
    "acknowledgement_expired": "the acknowledgement ran out",
    "assigned": "assigned it to",
    "resolved": "resolved it",
}


class TimelineEntry(BaseModel):
    """One line: when, who (a user's id, or empty), by what name else, did what, and to whom."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    user: str
    name: str
    told: str
    target: str


def group_view(detail: GroupDetail, notice: str = "") -> dict[str, Any]:
    """The modal's JSON; `notice` is shown on top, for the answer to a press inside the modal."""
    card = to_card(detail.group, detail.alerts)
    entries = [_entry(each) for each in detail.history[-HISTORY:]]
    older = max(0, len(detail.history) - HISTORY)
    duration = spoken(detail.group.resolved_at - detail.group.opened_at) if detail.group.resolved_at else ""
    return render(
        "alerts/group_view", {**dict(card), "entries": entries, "older": older, "notice": notice, "duration": duration}
    )


def _entry(recorded: Recorded) -> TimelineEntry:
    kind, _, name = recorded.actor.partition(":")
    user = name if kind == "slack" else ""
    told = TOLD.get(recorded.verb, recorded.verb)
    severity = recorded.detail.get("severity")
    if severity and recorded.verb == "alert_fired":
        told = f"{told} ({severity})"
    source = "" if user else (name or "riskbot")
    return TimelineEntry(at=recorded.at, user=user, name=source, told=told, target=recorded.detail.get("to", ""))
