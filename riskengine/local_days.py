"""Days of a time zone as moments: 24 hours long, but 23 or 25 where summer time begins or ends."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

DAY = timedelta(days=1)


class DayRun(NamedTuple):
    """Days one after the other that all have the same length, and the moments at which they begin and end, UTC."""

    first: date
    days: int
    starts_at: datetime
    ends_at: datetime

    @property
    def day_length(self) -> timedelta:
        return (self.ends_at - self.starts_at) / self.days


def day_start(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day there, as UTC; the first after the gap where clocks skip midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_runs(first: date, last: date, zone: tzinfo) -> Iterator[DayRun]:
    """The days from `first` to `last`, both included, in as few runs of equally long ones as there can be."""
    start = first
    while start <= last:
        end = start + DAY
        length = day_start(end, zone) - day_start(start, zone)
        while end <= last and day_start(end + DAY, zone) - day_start(end, zone) == length:
            end += DAY
        yield DayRun(start, (end - start).days, day_start(start, zone), day_start(end, zone))
        start = end
