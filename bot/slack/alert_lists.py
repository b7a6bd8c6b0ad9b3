"""What `/alerts` and the App Home answer, as Slack's JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.slack.alert_cards import emoji_of
from bot.slack.render import render
from riskengine.durations import spoken
from riskengine.response.grouping import Group
from riskengine.response.reports import Overview

#: Slack takes 100 rows in a table; nobody reads more than a screenful.
ROWS = 30
HOME_ROWS = 10


class Row(BaseModel):
    """One group as a line of a table."""

    model_config = ConfigDict(frozen=True)

    group_id: int
    emoji: str
    name: str
    subject: str
    state: str
    since: datetime
    owner: str


def to_row(group: Group) -> Row:
    owner = group.acknowledged_by or group.assigned_to or ""
    return Row(
        group_id=group.id,
        emoji=emoji_of(group),
        name=group.name,
        subject=group.subject,
        state=f"{group.severity.capitalize()}, {group.status}",
        since=group.opened_at,
        owner=owner,
    )


def status(overview: Overview, groups: Sequence[Group], total: int, prefix: str) -> dict[str, Any]:
    mtta = spoken(overview.mtta) if overview.mtta is not None else ""
    rows = [to_row(group) for group in groups]
    values = {**dict(overview), "mtta": mtta, "rows": rows, "more": total - len(rows), "command": f"/{prefix}alerts"}
    return render("alerts/status", values)


def listing(title: str, groups: Sequence[Group], total: int, nothing: str) -> dict[str, Any]:
    rows = [to_row(group) for group in groups]
    return render("alerts/listing", {"title": title, "rows": rows, "more": total - len(rows), "nothing": nothing})


def help_text(prefix: str) -> dict[str, Any]:
    return render("alerts/help", {"command": f"/{prefix}alerts"})


#: A private answer is never late or elsewhere than meant.
_NO_FOOTER = {"late_seconds": None, "late_reason": "", "late_text": "", "rerouted_from": None, "key_tail": ""}


def noise_report(told: dict[str, Any]) -> dict[str, Any]:
    return render("alerts/noise_report", {**told, **_NO_FOOTER})


def unknown_word(word: str, near: str, prefix: str) -> dict[str, Any]:
    return render("alerts/unknown_word", {"word": word[:80], "near": near, "command": f"/{prefix}alerts"})
