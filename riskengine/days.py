"""Days as people write them: `2026-12-24`, `tomorrow`, `Monday`."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from riskengine.weeks import Weekday, next_weekly


def beginning_of(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The first moment of that day in a time zone, as UTC; a weekday is the next one, today never.

    Raises ValueError, whose text says what can be written.
    """
    word = text.lower()
    if word in set(Weekday):
        return next_weekly(now, Weekday(word), 0, zone)
    if word == "tomorrow":
        return _midnight(now.astimezone(zone).date() + timedelta(days=1), zone)
    try:
        return _midnight(date.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no day like 2026-12-24, Monday or tomorrow") from None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
