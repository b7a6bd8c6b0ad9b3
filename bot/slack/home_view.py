"""App Home, as Slack's JSON: my queue on top, the alerts below."""

from collections.abc import Sequence
from typing import Any

from bot.slack.alert_lists import to_row
from bot.slack.approval_views import Part
from bot.slack.render import render
from riskengine.response.grouping import Group

#: Requests of one list; a Home has 100 blocks.
QUEUE_ROWS, ROWS = 15, 8


def home(queue: Sequence[Part], mine: Sequence[Group], everything: Sequence[Group], total: int) -> dict[str, Any]:
    alerts = {"mine": [to_row(group) for group in mine], "everything": [to_row(group) for group in everything]}
    return render("home/home", {**alerts, "queue": list(queue), "more": total - len(everything), "refusal": ""})


def refused(refusal: str) -> dict[str, Any]:
    """For somebody who may not look."""
    return render("home/home", {"queue": [], "mine": [], "everything": [], "more": 0, "refusal": refusal})
