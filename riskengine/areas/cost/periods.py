"""Spans of time as people ask for them: `today`, `last week`, `month`, `7d`, `2026-10`, `2026-10-05`."""

import difflib
import re
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from riskengine.local_days import DAY, day_start

_WEEK = timedelta(days=7)
#: Further back no rollup is kept (two years).
LONGEST_DAYS = 731
_BACK = re.compile(r"(\d{1,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_SPOKEN = {"week": "this week", "month": "this month"}
WORDS = ("today", "yesterday", "week", "last week", "month", "last month")
EXAMPLES = "today, yesterday, week, last week, month, last month, 7d, 24h, 2026-10 or 2026-10-05"


class Period(NamedTuple):
    """A span with its name, from one moment on and before the other, both UTC."""

    name: str
    starts_at: datetime
    ends_at: datetime


class PeriodInvalid(ValueError):
    """What was typed names no period; `near` is the word that was probably meant, or empty."""

    def __init__(self, text: str, near: str = "") -> None:
        super().__init__(f"{text} is no period")
        self.text = text
        self.near = near


def parse_period(text: str, now: datetime, zone: tzinfo) -> Period:
    """The period of a text, up to now at most; weeks begin on Monday, days at midnight there.

    Raises PeriodInvalid.
    """
    wanted = " ".join(text.lower().split())
    today = now.astimezone(zone).date()
    found = _of_word(wanted, today) or _of_date(wanted)
    if found is not None:
        first, end = found
        starts_at, ends_at = day_start(first, zone), min(day_start(end, zone), now)
        if starts_at >= now and first != today:
            raise PeriodInvalid(text)
        return Period(_SPOKEN.get(wanted, wanted), starts_at, max(starts_at, ends_at))
    if (back := _BACK.fullmatch(wanted)) and 0 < (hours := int(back[1]) * _HOURS[back[2]]) <= LONGEST_DAYS * 24:
        return Period(f"last {back[1]} {_unit(back[2], int(back[1]))}", now - timedelta(hours=hours), now)
    raise PeriodInvalid(text, next(iter(difflib.get_close_matches(wanted, WORDS, n=1)), ""))


def _of_word(word: str, today: date) -> tuple[date, date] | None:
    """The first day, and the day after the last."""
    tomorrow, monday = today + DAY, today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    spans = {
        "today": (today, tomorrow),
        "yesterday": (today - DAY, today),
        "week": (monday, tomorrow),
        "last week": (monday - _WEEK, monday),
        "month": (first, tomorrow),
        "last month": ((first - DAY).replace(day=1), first),
    }
    return spans.get(word.removeprefix("this "))


def _of_date(text: str) -> tuple[date, date] | None:
    if re.fullmatch(r"\d{4}-\d{2}", text):
        first = _date(f"{text}-01")
        # Any month is over 32 days after its first.
        return (first, (first + timedelta(days=32)).replace(day=1)) if first else None
    day = _date(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    return (day, day + DAY) if day else None


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # The calendar's own ends would overflow.
    return day if 1970 <= day.year < 9000 else None  # noqa: PLR2004


def _unit(letter: str, count: int) -> str:
    word = {"h": "hour", "d": "day", "w": "week"}[letter]
    return word if count == 1 else f"{word}s"
