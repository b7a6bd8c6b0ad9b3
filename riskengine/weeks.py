"""Moments that come once a week, in somebody's time zone."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

WEEK = timedelta(days=7)


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As dates count: 0 for Monday."""
        return list(Weekday).index(self)


def latest_weekly(now: datetime, day: Weekday, hour: int, zone: tzinfo) -> datetime:
    """The last moment, `now` included, at which it was this hour of this day there.

    By the calendar, not by 168 hours: the hour stays the same when summer time begins or ends. For an hour that a clock
    skips it is the one after it, and the first of an hour that comes twice.
    """
    local = now.astimezone(zone)
    on = local.date() - timedelta(days=(local.weekday() - day.number) % 7)
    found = _at(on, hour, zone)
    return found if found <= now else _at(on - WEEK, hour, zone)


def next_weekly(now: datetime, day: Weekday, hour: int, zone: tzinfo) -> datetime:
    """The first such moment after `now`."""
    latest = latest_weekly(now, day, hour, zone).astimezone(zone)
    return _at(latest.date() + WEEK, hour, zone)


def _at(day: date, hour: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
