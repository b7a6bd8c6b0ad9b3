"""A report that comes once a week: planned once, at the organisation's hour, by whichever replica starts first."""

from datetime import datetime, tzinfo
from typing import Literal, NamedTuple

from bot.store import due
from bot.store.database import Transaction
from bot.store.due import DueKind
from riskengine.weeks import Weekday, latest_weekly, next_weekly

#: There is one report of each kind, so its due row has one subject.
THE_ONE = 1


class Weekly(NamedTuple):
    """When a report comes."""

    kind: DueKind
    day: Weekday | Literal["never"]
    hour: int
    zone: tzinfo

    @property
    def is_wanted(self) -> bool:
        return self.day != "never"

    def plan(self, tx: Transaction) -> None:
        """At the start: have the next one due as the settings say now; one that is due already stays due."""
        if self.day == "never":
            due.cancel(tx, self.kind, [THE_ONE])
            return
        planned = due.due_at(tx, self.kind, THE_ONE)
        if planned is None or planned > tx.now:
            self.plan_next(tx)

    def plan_next(self, tx: Transaction) -> None:
        if self.day != "never":
            due.schedule(tx, self.kind, [THE_ONE], next_weekly(tx.now, Weekday(self.day), self.hour, self.zone))

    def last_end(self, now: datetime) -> datetime | None:
        """When the week ended that is told of now; None when no report is wanted."""
        return None if self.day == "never" else latest_weekly(now, Weekday(self.day), self.hour, self.zone)
