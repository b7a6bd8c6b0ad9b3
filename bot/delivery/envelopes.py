"""From a row and its content to the arguments of a Slack call."""

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

from bot.delivery.alerts import Content, alert_card, alert_digest
from bot.delivery.approvals import approval_card
from bot.delivery.controls import control_card
from bot.delivery.escalations import need_card
from bot.slack.render import TemplateBroken, render
from bot.slack.text import mrkdwn
from bot.store.database import Transaction
from bot.store.messages import MessageRow, Nature
from bot.store.threads import ThreadTarget, thread_target
from riskengine.durations import spoken

logger = logging.getLogger(__name__)

#: What tells our own posts apart in a channel's history.
EVENT_TYPE = "riskbot_message"
#: Characters of a post's key that are shown where a repeat cannot be excluded.
KEY_TAIL = 12
#: Characters of a headline whose template is broken.
SHOWN_PLAINLY = 500

#: Card templates and what loads their newest content; a new kind of card is one line here.
LOADERS = {
    "alerts/card": alert_card,
    "alerts/digest": alert_digest,
    "approvals/card": approval_card,
    "escalations/need": need_card,
    "controls/card": control_card,
}


class Lateness(NamedTuple):
    seconds: float
    reason: str


class Loaded(NamedTuple):
    """A message ready to be rendered."""

    revision: int
    values: dict[str, Any]
    thread: ThreadTarget | None


def load(tx: Transaction, row: MessageRow) -> Loaded | None:
    """The newest content of a message; None when its subject is gone."""
    thread = thread_target(tx, row.thread_of) if row.thread_of else None
    if row.nature == Nature.NOTE:
        return Loaded(row.wanted_revision, {**row.payload, "subject_id": row.subject_id}, thread)
    content: Content | None = LOADERS[row.template](tx, row)
    return Loaded(content.revision, _values(content.model), thread) if content else None


def _values(model: BaseModel) -> dict[str, Any]:
    return dict(model)


def arguments(row: MessageRow, loaded: Loaded, late: Lateness | None) -> dict[str, Any]:
    """What chat.postMessage and chat.update have in common."""
    footer = {
        "late_seconds": late.seconds if late else None,
        "late_text": spoken(timedelta(seconds=late.seconds)) if late else "",
        "late_reason": late.reason if late else "",
        "rerouted_from": row.rerouted_from,
        "key_tail": row.post_key[-KEY_TAIL:] if row.marked else "",
    }
    message = _rendered(row, {**loaded.values, **footer})
    if row.plain or "blocks" not in message:
        # An edit that leaves the blocks out would leave the old ones standing.
        message = {"text": message["text"], "blocks": []} if row.ts else {"text": message["text"]}
    return {
        **message,
        # Text of strangers never becomes a mention, a link or a preview.
        "link_names": False,
        "parse": "none",
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"k": row.post_key}},
    }


def _rendered(row: MessageRow, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return render(row.template, values)
    except TemplateBroken as error:
        logger.exception("%s", error.message, extra={"action": "template_broken", "template": row.template})
        about = mrkdwn(values.get("headline") or values.get("name") or row.template, SHOWN_PLAINLY)
        return {"text": f"{about} (shown plainly: its template is broken)"}


def lateness(row: MessageRow, now: datetime, late_after: timedelta, reason: str) -> Lateness | None:
    """How late a first post is, and why; None when it is in time."""
    if row.late_seconds is not None:
        return Lateness(row.late_seconds, row.late_reason or "")
    waited = now - row.wanted_at
    if row.ts is not None or waited <= late_after:
        return None
    return Lateness(waited.total_seconds(), reason)
