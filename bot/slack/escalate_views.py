"""The forms of `/escalate` and what is shown of an escalation, as Slack's JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.slack.render import render

#: Characters in a form's fields; Slack takes 3,000 in one.
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_REASON = 300, 3_000, 500
#: What is ticked: its word, what it is called, and what follows from it.
_FLAGS = (
    ("emergency", "It is an emergency", "Calls the emergency approvers at once, whatever the hour."),
    ("production_outage", "Production is down", "Calls the emergency approvers at once, too."),
    ("quality_critical", "Its quality is critical", "People are asked whatever else the criteria say."),
)
#: Moments of a timeline that are shown: the newest.
MOMENTS = 10


class AskedTier(NamedTuple):
    """One tier: who has until when, or when it will be asked."""

    name: str
    is_asked: bool
    opens_at: datetime
    deadline_at: datetime
    people: tuple[str, ...]


class EscalationLines(NamedTuple):
    """What is shown of one escalation."""

    id: int
    title: str
    asked_by: str
    status: str
    score: str
    reason: str
    recommendations: tuple[str, ...]
    request_id: int
    tiers: tuple[AskedTier, ...]
    decided_by: str
    decided_at: datetime | None
    comment: str
    execution: str


def form(security_types: Sequence[str], title: str = "") -> dict[str, Any]:
    """The task, field by field; a typed title stands in it already."""
    longest = {"title": LONGEST_TITLE, "summary": LONGEST_SUMMARY, "reason": LONGEST_REASON}
    values = {"security_types": list(enumerate(security_types)), "flags": _FLAGS, "longest": longest}
    return render("escalations/form", {**values, "title": title[:LONGEST_TITLE]})


def edit_form(request_id: int, version: int, title: str, summary: str) -> dict[str, Any]:
    """What is asked, to be said in other words."""
    values = {"request_id": request_id, "version": version, "title": title, "summary": summary[:LONGEST_SUMMARY]}
    return render("escalations/edit_form", {**values, "longest_title": LONGEST_TITLE, "longest": LONGEST_SUMMARY})


def asked(shown: EscalationLines, prefix: str) -> dict[str, Any]:
    """The form's last word when people are asked."""
    return render("escalations/asked", {**shown._asdict(), "command": f"/{prefix}approvals"})


def not_needed(shown: EscalationLines) -> dict[str, Any]:
    """Why nobody was asked, and how somebody asks them all the same."""
    return render("escalations/not_needed", {**shown._asdict(), "longest": LONGEST_REASON})


def told(sentence: str) -> dict[str, Any]:
    """A modal that says one sentence."""
    return render("escalations/told", {"told": sentence})


def listing(shown: EscalationLines, prefix: str) -> dict[str, Any]:
    """One escalation, for whoever asks after it by its id."""
    return render("escalations/shown", {**shown._asdict(), "command": f"/{prefix}escalate"})


def help_text(prefix: str) -> dict[str, Any]:
    return render("escalations/help", {"command": f"/{prefix}escalate", "approvals": f"/{prefix}approvals"})
