"""The modal of one group: its state, its buttons, and what has happened."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.slack.alert_cards import to_card
from bot.slack.render import render
from riskengine.response.reports import GroupDetail, Recorded

#: The newest entries; a modal is no place to read a hundred lines.
HISTORY = 25
#: Verb → emoji and words; the person stands before the words, the program or sender after them.
TOLD = {
    "alert_fired": ("🔥", "an alert fired"),
    "alert_resolved": ("🌤️", "an alert ended"),
    "acknowledged": ("👀", "acknowledged it"),
    "unacknowledged": ("↩️", "gave it back"),
    "acknowledgement_expired": ("⌛", "the acknowledgement ran out"),
    "assigned": ("👉", "assigned it to"),
    "resolved": ("✅", "resolved it"),
    "silenced": ("🔕", "was silenced"),
    "inhibited": ("🔕", "was muted by an alert that explains it"),
    "uninhibited": ("🔔", "is explained by that alert no more"),
    "unsilenced": ("🔔", "is silenced no more"),
    "judged_useful": ("👍", "called it useful"),
    "judged_not_useful": ("👎", "called it not useful"),
}


class TimelineEntry(BaseModel):
    """One line: when, who (a user's id, or empty), did what, to whom, and by what name else it was told."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    emoji: str
    user: str
    told: str
    name: str
    target: str


def group_view(detail: GroupDetail, notice: str = "") -> dict[str, Any]:
    """The modal's JSON; `notice` is shown on top, for the answer to a press inside the modal."""
    card = to_card(detail.group, detail.alerts, detail.mutes)
    entries = [_entry(each) for each in detail.history[-HISTORY:]]
    older = len(detail.history) > HISTORY
    return render("alerts/group_view", {**dict(card), "entries": entries, "older": older, "notice": notice})


def notice_view(notice: str) -> dict[str, Any]:
    """A modal that says one sentence of ours."""
    return render("alerts/notice", {"notice": notice})


def _entry(recorded: Recorded) -> TimelineEntry:
    kind, _, name = recorded.actor.partition(":")
    emoji, told = TOLD.get(recorded.verb, ("•", recorded.verb.replace("_", " ")))
    if recorded.verb == "alert_fired" and "severity" in recorded.detail:
        told = f"{told} ({recorded.detail['severity']})"
    if recorded.verb == "alert_fired" and recorded.detail.get("silenced_by"):
        told = f"{told}, silenced"
    user, source = (name, "") if kind == "slack" else ("", name)
    if name and not user:
        told = f"{told}, by the program" if kind == "token" else f"{told}, says"
    target = recorded.detail.get("to", "")
    return TimelineEntry(at=recorded.at, emoji=emoji, user=user, told=told, target=target, name=source)
