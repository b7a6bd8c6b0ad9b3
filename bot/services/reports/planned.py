"""A report that comes by itself: planned once, at the organisation's hour, by whichever replica starts first."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from bot.store import due
from bot.store.database import Transaction
from bot.store.due import DueKind

#: There is one report of each kind, so its due row has one subject.
THE_ONE = 1


@dataclass(frozen=True)
class Planned(ABC):
    """When a report comes."""

    kind: DueKind

    @property
    @abstractmethod
    def is_wanted(self) -> bool: ...

    @abstractmethod
    def next_after(self, now: datetime) -> datetime:
        """When a wanted one comes next."""

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
            due.schedule(tx, self.kind, [THE_ONE], self.next_after(tx.now))
