"""A report that comes once a day."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.services.reports.planned import Planned
from riskengine.daily import latest_daily, next_daily


@dataclass(frozen=True)
class Daily(Planned):
    """Whether at all, and at which hour."""

    wanted: bool
    hour: int
    zone: tzinfo

    @property
    def is_wanted(self) -> bool:
        return self.wanted

    def next_after(self, now: datetime) -> datetime:
        return next_daily(now, self.hour, self.zone)

    def last(self, now: datetime) -> datetime | None:
        """When it should have come last; None when no report is wanted."""
        return latest_daily(now, self.hour, self.zone) if self.is_wanted else None
