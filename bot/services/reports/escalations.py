"""The weekly review of escalations: due in the organisation's time zone, told once, by whichever replica."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.services.reports.escalation_words import told
from bot.services.reports.planned import THE_ONE
from bot.services.reports.weekly import Weekly
from bot.settings import Settings
from bot.store import availability, destinations, escalation_outcomes, escalation_waits, outbox
from bot.store.database import Transaction
from bot.store.due import DueKind, DueRow
from bot.store.messages import Priority
from bot.store.outbox import Note
from riskengine.areas.escalation.review import review
from riskengine.availability import availability as share_of
from riskengine.weeks import WEEK

TEMPLATE = "escalations/review"
KIND = "escalation_review"


def weekly(settings: Settings) -> Weekly:
    """When it comes."""
    chosen = settings.reports
    return Weekly(DueKind.ESCALATION_REVIEW, chosen.escalations_day, chosen.escalations_hour, settings.zone)


def tell(tx: Transaction, _rows: Sequence[DueRow], settings: Settings) -> None:
    """Tell of the week that ended last, and plan the next one; after weeks offline one review is enough."""
    when = weekly(settings)
    until = when.last_end(tx.now)
    if until is None:
        return
    channel = settings.reports.escalations_channel or settings.approvals.channel
    destinations.ensure(tx, [channel])
    # The week's end makes the key, so that no replica and no restart tells of it twice.
    key, payload = f"{KIND}:{int(until.timestamp())}", week(tx, until, settings)
    note = Note(key, TEMPLATE, KIND, THE_ONE, payload, channel=channel, priority=Priority.REPORT, due_at=until)
    outbox.enqueue(tx, [note])
    when.plan_next(tx)


def week(tx: Transaction, until: datetime, settings: Settings) -> dict[str, Any]:
    """What the review of the seven days before a moment says."""
    since, limits = until - WEEK, settings.escalation.indicators
    outages = share_of(availability.outages_since(tx, since), since, until)
    past = escalation_outcomes.past(tx, until - max(limits.window, WEEK))
    found = review(escalation_waits.between(tx, since, until), past, outages, limits)
    return told(found, limits, settings.zone)
