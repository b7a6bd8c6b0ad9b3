"""The weekly noise report: due in the organisation's time zone, told once whatever restarts, by whichever replica."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.services.reports import escalations
from bot.services.reports.planned import THE_ONE
from bot.services.reports.weekly import Weekly
from bot.services.reports.words import told
from bot.settings import Settings
from bot.store import destinations, noise, outbox
from bot.store.database import Database, Transaction
from bot.store.due import DueKind, DueRow
from bot.store.messages import Priority
from bot.store.outbox import Note
from riskengine.response.noise import noise_report
from riskengine.weeks import WEEK

TEMPLATE = "alerts/noise_report"
KIND = "noise_report"


def weekly(settings: Settings) -> Weekly:
    """When it comes."""
    return Weekly(DueKind.NOISE_REPORT, settings.reports.noise_day, settings.reports.noise_hour, settings.zone)


def plan(tx: Transaction, settings: Settings) -> None:
    """At the start: have the next report due as the settings say now; one that is due already stays due."""
    weekly(settings).plan(tx)


def tell(tx: Transaction, _rows: Sequence[DueRow], settings: Settings) -> None:
    """Tell of the week that ended last, and plan the next one; after weeks offline one report is enough."""
    until = weekly(settings).last_end(tx.now)
    if until is None:
        return
    channel = settings.reports.noise_channel or settings.alerts.default_channel
    destinations.ensure(tx, [channel])
    # The week's end makes the key, so that no replica and no restart tells of it twice.
    key = f"{KIND}:{int(until.timestamp())}"
    payload = week(tx, until, settings)
    note = Note(key, TEMPLATE, KIND, THE_ONE, payload, channel=channel, priority=Priority.REPORT, due_at=until)
    outbox.enqueue(tx, [note])
    weekly(settings).plan_next(tx)


def week(tx: Transaction, until: datetime, settings: Settings) -> dict[str, Any]:
    """What the report of the seven days before a moment says."""
    since = until - WEEK
    groups, muted = noise.told_between(tx, since, until), noise.muted_between(tx, since, until)
    return told(noise_report(groups, since, until, muted), settings.zone)


class ReportDesk:
    """Reports on request."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def noise(self) -> dict[str, Any]:
        """The noise report of the last seven days, as its template takes it."""
        return await self._database.read(lambda tx: week(tx, tx.now, self._settings))

    async def escalations(self) -> dict[str, Any]:
        """The review of the last seven days' escalations, as its template takes it."""
        return await self._database.read(lambda tx: escalations.week(tx, tx.now, self._settings))
