"""What `/alerts delivery` answers, as Slack's JSON."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.slack.render import render
from riskengine.durations import spoken
from riskengine.response.callbacks import CallbackFigures, CallbackRecord
from riskengine.response.delivery_reports import DeliveryReport, Planned, QueueLine

#: Lines of each list; the rest are counted.
LINES = 10
PRIORITIES = {10: "urgent", 20: "critical", 30: "alerts", 40: "notes", 50: "reports"}
KINDS = {
    "alert_group.tell": "tell",
    "alert_group.repeat": "ask again",
    "alert_group.expire_acknowledgement": "let the acknowledgement run out",
    "silence.review": "begin or end a silence",
    "noise_report": "the weekly report",
    "cost_digest": "the daily digest of cost",
}


def status(report: DeliveryReport, prefix: str) -> dict[str, Any]:
    figures, parts = report.figures, report.parts
    values = {
        "headline": _headline(report),
        "sending": figures.sending,
        "dead": figures.dead,
        "lines": [_line(each, report.at) for each in figures.lines[:LINES]],
        "more_lines": max(0, len(figures.lines) - LINES),
        "holds": figures.holds[:LINES],
        "refusals": figures.refusals[:LINES],
        "more_refusals": max(0, len(figures.refusals) - LINES),
        "planned": _planned(figures.planned),
        "programs": _programs(figures.callbacks, report.at),
        "given_up": [_given_up(each, report.at) for each in figures.callbacks.given_up[:LINES]],
        "more_given_up": max(0, figures.callbacks.dead - len(figures.callbacks.given_up[:LINES])),
        "delivery_trouble": parts.delivery_trouble,
        "link": parts.link_trouble or f"connected ({parts.mode})",
        "link_trouble": bool(parts.link_trouble),
        "last_event": _ago(parts.last_event_at, report.at),
        "last_look": _ago(parts.last_due_look_at, report.at),
        "command": f"/{prefix}alerts",
    }
    return render("delivery/status", values)


def _headline(report: DeliveryReport) -> str:
    if report.parts.delivery_trouble:
        return f"Delivery stands still, {report.figures.waiting} wait"
    if not report.figures.waiting:
        return "Everything is delivered"
    oldest = spoken(timedelta(seconds=report.oldest_seconds))
    return f"{report.figures.waiting} messages wait, the oldest for {oldest}"


def _line(line: QueueLine, now: datetime) -> dict[str, str]:
    kinds = ((line.posts, "to post"), (line.edits, "to edit"), (line.unsure, "perhaps posted"))
    return {
        "channel": line.channel,
        "priority": PRIORITIES.get(line.priority, str(line.priority)),
        "numbers": ", ".join(f"{number} {word}" for number, word in kinds if number),
        "age": spoken(now - line.since),
    }


def _planned(planned: Sequence[Planned]) -> list[dict[str, Any]]:
    return [
        {"what": KINDS.get(each.kind, each.kind), "subject": each.subject[:100], "due_at": each.due_at}
        for each in planned
    ]


def _programs(callbacks: CallbackFigures, now: datetime) -> str:
    """One line on what programs are told; empty when nothing waits and nothing was given up."""
    parts = []
    if callbacks.waiting and callbacks.oldest_at:
        parts.append(f"{callbacks.waiting} on their way, the oldest for {spoken(now - callbacks.oldest_at)}")
    if callbacks.dead:
        parts.append(f"{callbacks.dead} given up")
    return ", ".join(parts)


def _given_up(record: CallbackRecord, now: datetime) -> str:
    """A dead callback: who was not told of what, and why."""
    about = f"{record.id}: {record.event} to {record.host}, from {spoken(now - record.created_at)} ago"
    return f"{about}: {record.last_error or 'no reason known'}"


def _ago(moment: datetime | None, now: datetime) -> str:
    return f"{spoken(max(timedelta(0), now - moment))} ago" if moment else "none since my start"
