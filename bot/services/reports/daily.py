"""A report that comes once a day: planned once, at the organisation's hour, by whichever replica starts first."""

from datetime import datetime, tzinfo
from typing import NamedTuple

from bot.services.reports.weekly import THE_ONE
from bot.store import due
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.daily import latest_daily, next_daily


class Daily(NamedTuple):
    """When a report comes."""

    kind: DueKind
    is_wanted: bool
    hour: int
    zone: tzinfo

    def plan(self, tx: Transaction) -> None:
        """At the start: have the next one due as the settings say now; one that is due already stays due."""
        if not self.is_wanted:
            due.cancel(tx, self.kind, [THE_ONE])
            return
        planned = due.due_at(tx, self.kind, THE_ONE)
        if planned is None or planned > tx.now:
            self.plan_next(tx)

    def plan_next(self, tx: Transaction) -> None:
        if self.is_wanted:
            due.schedule(tx, self.kind, [THE_ONE], next_daily(tx.now, self.hour, self.zone))

    def last(self, now: datetime) -> datetime | None:
        """When it should have come last; None when no report is wanted."""
        return latest_daily(now, self.hour, self.zone) if self.is_wanted else None
