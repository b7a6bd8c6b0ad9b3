"""What is over for long enough goes, a little at a time; the audit keeps its rows, and with them what happened.

A button on a card whose group is gone gets the truthful answer that it is.
"""

from datetime import datetime, timedelta
from functools import partial

from bot.services.alerts import changes
from bot.services.portions import repeat
from bot.settings import AlertDelivery
from bot.store import audit, retention
from bot.store.database import Database, Transaction

#: In one transaction: some ms of the writer.
GROUPS, ALERTS, NOTES, SILENCES = 20, 500, 200, 200
#: A timer that fails is tried once an hour.
TRY = timedelta(hours=1)


class AlertPruner:
    """Deletes resolved groups, their alerts and messages, silences that are over, old notes, failed timers."""

    def __init__(self, database: Database, settings: AlertDelivery) -> None:
        self._database = database
        self._settings = settings

    async def prune(self) -> int:
        """Delete everything that has had its time; returns how many rows of each kind that was, in all."""
        clock, kept = self._database.clock, self._settings.kept_for
        before, notes_before = clock.now() - kept, clock.protocol_now() - kept
        gone = await repeat(self._database, lambda tx: self._groups(tx, before))
        gone += await self._episodes(before)
        gone += await repeat(self._database, lambda tx: retention.forget_silences(tx, before, SILENCES))
        gone += await repeat(self._database, lambda tx: retention.forget_notes(tx, notes_before, NOTES))
        return gone + await self._database.write(lambda tx: retention.forget_failed_due(tx, max(1, kept // TRY)))

    def _groups(self, tx: Transaction, before: datetime) -> int:
        ids = retention.lock_expired_groups(tx, before, GROUPS)
        alerts = retention.forget_alerts(tx, ids, ALERTS) if ids else 0
        groups = retention.forget_empty_groups(tx, ids)
        if groups:
            detail = {"groups": len(groups), "over_before": before.isoformat()}
            audit.record(tx, [audit.Entry(audit.SYSTEM, "pruned", changes.GROUP, 0, detail)])
        return alerts + len(groups)

    async def _episodes(self, before: datetime) -> int:
        """Of groups that never come to rest, the episodes that are long over; their sums are made anew."""
        gone, group_id = 0, 0
        while group_id := await self._database.read(partial(retention.next_long_open, before=before, after=group_id)):
            gone += await repeat(self._database, partial(self._episodes_of, group_id=group_id, before=before))
        return gone

    def _episodes_of(self, tx: Transaction, group_id: int, before: datetime) -> int:
        count = retention.forget_alerts(tx, [group_id], ALERTS, before)
        if count:
            changes.refresh(tx, [group_id], self._settings)
        return count
