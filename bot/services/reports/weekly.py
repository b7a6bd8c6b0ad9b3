"""A report that comes once a week."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from bot.services.reports.planned import Planned
from riskengine.weeks import Weekday, latest_weekly, next_weekly


@dataclass(frozen=True)
class Weekly(Planned):
    """On which day, if any, and at which hour."""

    day: Weekday | Literal["never"]
    hour: int
    zone: tzinfo

    @property
    def is_wanted(self) -> bool:
        return self.day != "never"

    def next_after(self, now: datetime) -> datetime:
        return next_weekly(now, Weekday(self.day), self.hour, self.zone)

    def last_end(self, now: datetime) -> datetime | None:
        """When the week ended that is told of now; None when no report is wanted."""
        return latest_weekly(now, Weekday(self.day), self.hour, self.zone) if self.is_wanted else None
