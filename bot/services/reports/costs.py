"""The daily digest of cost: asked for by its timer, written by a bell, told once by whichever replica.

A timer's work is one transaction, and the figures are many reads. So the timer leaves an order, which a restart finds
again, and the bell reads, writes the note and takes the order away, the last two in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.services.costs.overview import OverviewDesk
from bot.services.reports.daily import Daily
from bot.services.reports.planned import THE_ONE
from bot.settings import Settings
from bot.store import cost_digests, destinations, outbox
from bot.store.database import Database, Transaction
from bot.store.due import DueKind, DueRow
from bot.store.messages import Priority
from bot.store.outbox import Note
from riskengine.areas.cost.digest import told

TEMPLATE = "costs/digest"
KIND = "cost_digest"
#: Real time between two looks for orders.
INTERVAL = timedelta(seconds=2)


def daily(settings: Settings) -> Daily:
    """When it comes."""
    chosen = settings.reports
    return Daily(DueKind.COST_DIGEST, chosen.cost_digest, chosen.cost_digest_hour, settings.zone)


def order(tx: Transaction, rows: Sequence[DueRow], settings: Settings) -> None:
    """Have the digest of the day before written, and plan the next one; after days offline one digest is enough."""
    when = daily(settings)
    last = when.last(tx.now)
    if last is None:
        return
    cost_digests.order(tx, last, min(row.due_at for row in rows) if rows else last)
    when.plan_next(tx)


class CostDigest:
    """Writes what is ordered; one per process."""

    def __init__(self, database: Database, desk: OverviewDesk, settings: Settings) -> None:
        self._database = database
        self._desk = desk
        self._settings = settings

    async def write(self) -> bool:
        """Write the newest digest that is ordered, if any; True when it was this replica."""
        ordered = await self._database.read(cost_digests.newest)
        if ordered is None:
            return False
        told_at, due_at = ordered
        payload = await self._payload(told_at)
        return await self._database.write(partial(self._tell, told_at=told_at, due_at=due_at, payload=payload))

    async def _payload(self, told_at: datetime) -> dict[str, Any]:
        """What it says: of the day before the moment for which it was ordered, and how things stand now."""
        zone = self._settings.zone
        day = told_at.astimezone(zone).date() - timedelta(days=1)
        return told(day, await self._desk.spent_on(day), await self._desk.usual_until(day), await self._desk.overview())

    def _tell(self, tx: Transaction, told_at: datetime, due_at: datetime, payload: dict[str, Any]) -> bool:
        if not cost_digests.take(tx, told_at):
            return False
        channel = self._settings.reports.cost_digest_channel or self._settings.alerts.default_channel
        destinations.ensure(tx, [channel])
        # The moment makes the key, so that no replica and no restart tells of it twice.
        key = f"{KIND}:{int(told_at.timestamp())}"
        note = Note(key, TEMPLATE, KIND, THE_ONE, payload, channel=channel, priority=Priority.REPORT, due_at=due_at)
        outbox.enqueue(tx, [note])
        return True
