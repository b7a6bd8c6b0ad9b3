"""What `/alerts subscribe`, `unsubscribe` and `subscriptions` answer, as Slack's JSON."""

from collections.abc import Sequence
from typing import Any

from bot.slack.render import render
from riskengine.response.alerts import Severity
from riskengine.response.hearing import Hearing
from riskengine.response.routing import Route
from riskengine.response.subscriptions import Filter, Subscription

#: Lines of one answer; a filter has up to 500 characters, and Slack ends a message near 13,000.
ROWS = 20
SHOWN = 120


def answer(
    said: str, about: Sequence[Filter], more: Sequence[str], hearing: Hearing, *, place: str, prefix: str
) -> dict[str, Any]:
    """The sentence for whoever asked, and everything that the channel hears from now on."""
    values = {"said": said, "about": [spoken(each) for each in about[:ROWS]], "more": list(more)}
    return render("alerts/hearing", {**values, **_heard(hearing), "place": place, "command": f"/{prefix}alerts"})


def listing(hearing: Hearing, elsewhere: Sequence[Subscription], *, prefix: str) -> dict[str, Any]:
    """What this channel hears, and what others have subscribed to."""
    others = [_line(each) for each in elsewhere[:ROWS]]
    values = {**_heard(hearing), "elsewhere": others, "more_elsewhere": len(elsewhere) - len(others)}
    return render("alerts/subscriptions", {**values, "command": f"/{prefix}alerts"})


def wrong_filter(problems: Sequence[str], prefix: str) -> dict[str, Any]:
    return render("alerts/wrong_filter", {"problems": list(problems)[:ROWS], "command": f"/{prefix}alerts"})


def spoken(wanted: Filter) -> str:
    return _cut(str(wanted)) or "everything"


def _heard(hearing: Hearing) -> dict[str, Any]:
    routes = [_route(each) for each in hearing.routes]
    lines = [_line(each) for each in hearing.subscriptions[:ROWS]]
    more = len(hearing.subscriptions) - len(lines) + max(0, len(routes) - ROWS)
    return {"routes": routes[:ROWS], "is_default": hearing.is_default, "lines": lines, "more_lines": more}


def _line(subscription: Subscription) -> dict[str, Any]:
    return {
        "channel": subscription.channel,
        "filter": spoken(subscription.filter),
        "by": subscription.created_by,
        "at": subscription.created_at,
        "broken": subscription.broken,
    }


def _route(route: Route) -> str:
    """A route in the words of a filter."""
    areas = ["area=" + ",".join(route.areas)] if route.areas else []
    severity = [] if route.severity_at_least == Severity.INFO else [f"severity>={route.severity_at_least}"]
    labels = [f"{name}={value}" for name, value in route.labels.items()]
    return _cut(" ".join([*areas, *severity, *labels])) or "everything"


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
