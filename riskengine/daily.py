"""Moments that come once a day, in somebody's time zone."""

from datetime import UTC, date, datetime, time, tzinfo

from riskengine.local_days import DAY


def latest_daily(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The last moment, `now` included, at which it was this hour there; as riskengine.weeks has it for weeks."""
    today = now.astimezone(zone).date()
    found = _at(today, hour, zone)
    return found if found <= now else _at(today - DAY, hour, zone)


def next_daily(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The first such moment after `now`."""
    return _at(latest_daily(now, hour, zone).astimezone(zone).date() + DAY, hour, zone)


def _at(day: date, hour: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
