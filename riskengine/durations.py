"""Durations as people write them: `15s`, `30m`, `1h`, `2d`, or joined, `1h30m`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")


def parse_duration(value: object) -> timedelta:
    """Read a written duration; a timedelta passes.

    Raises ValueError naming the accepted form. A bare number is refused: its unit would be a guess.
    """
    if isinstance(value, timedelta):
        return value
    written = str(value).replace(" ", "")
    parts = _PART.findall(written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        raise ValueError(f"{value!r} is no duration; write it like 15s, 30m, 1h or 1h30m")
    try:
        # Part by part, since a sum of floats would lose milliseconds beside years.
        return sum((timedelta(seconds=float(number) * _SECONDS[unit]) for number, unit in parts), timedelta())
    except OverflowError:
        raise ValueError(f"{value!r} is longer than any date can bear") from None


def written(duration: timedelta) -> str:
    """Write a duration the way settings spell it, to the millisecond; the inverse of `parse_duration`."""
    left = duration // timedelta(milliseconds=1)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, round(_SECONDS[unit] * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def spoken(duration: timedelta) -> str:
    """Say a duration to a person with at most two units: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:  # noqa: PLR2004 - hours in a day
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(written, return_type=str)]
