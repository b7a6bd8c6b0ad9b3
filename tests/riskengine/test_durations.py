"""Durations are read as people write them, written back the same, and said shortly."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from riskengine.durations import Duration, parse_duration, spoken, written

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


class Wait(BaseModel):
    wait: Duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("15s", 15 * SECOND, id="seconds"),
        pytest.param("30m", 30 * MINUTE, id="minutes"),
        pytest.param("1h", HOUR, id="hours"),
        pytest.param("2d", 2 * DAY, id="days"),
        pytest.param("1w", 7 * DAY, id="weeks"),
        pytest.param("250ms", 0.25 * SECOND, id="milliseconds-are-not-minutes"),
        pytest.param("1h30m", HOUR + 30 * MINUTE, id="joined"),
        pytest.param("1h 30m", HOUR + 30 * MINUTE, id="with-a-blank"),
        pytest.param("1.5h", HOUR + 30 * MINUTE, id="fraction"),
        pytest.param("0s", 0 * SECOND, id="nothing"),
        pytest.param(MINUTE, MINUTE, id="a-timedelta-passes"),
    ],
)
def test_read(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("90", id="no-unit"),
        pytest.param(90, id="a-number"),
        pytest.param("1y", id="unknown-unit"),
        pytest.param("-5m", id="negative"),
        pytest.param("5m ago", id="words-after"),
        pytest.param("about 5m", id="words-before"),
        pytest.param("1h,30m", id="comma"),
        pytest.param("5M", id="capital-unit"),
        pytest.param(None, id="nothing"),
    ],
)
def test_refused_with_the_accepted_form(text):
    with pytest.raises(ValueError, match="is no duration; write it like 15s, 30m, 1h or 1h30m"):
        parse_duration(text)


def test_longer_than_time_itself_is_refused_as_such():
    with pytest.raises(ValueError, match="is longer than"):
        parse_duration("99999999999w")


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        pytest.param(45 * SECOND, "45s", id="seconds"),
        pytest.param(HOUR + 30 * MINUTE, "1h30m", id="two-units"),
        pytest.param(9 * DAY + SECOND, "9d1s", id="no-weeks"),
        pytest.param(0 * SECOND, "0s", id="nothing"),
        pytest.param(0.25 * SECOND, "250ms", id="below-a-second"),
        pytest.param(1.5 * SECOND, "1s500ms", id="a-fraction-is-kept"),
    ],
)
def test_written(duration, expected):
    assert written(duration) == expected


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back(milliseconds):
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(written(duration)) == duration


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        pytest.param(-MINUTE, "0 s", id="clocks-that-differ"),
        pytest.param(45.9 * SECOND, "45 s", id="seconds"),
        pytest.param(59 * SECOND, "59 s", id="last-second"),
        pytest.param(MINUTE, "1 min", id="first-minute"),
        pytest.param(12 * MINUTE + 59 * SECOND, "12 min", id="minutes"),
        pytest.param(HOUR, "1 h", id="full-hour"),
        pytest.param(3 * HOUR + 5 * MINUTE, "3 h 5 min", id="hours-and-minutes"),
        pytest.param(23 * HOUR + 59 * MINUTE, "23 h 59 min", id="last-minute-of-a-day"),
        pytest.param(2 * DAY, "2 d", id="full-days"),
        pytest.param(2 * DAY + 4 * HOUR + MINUTE, "2 d 4 h", id="days-and-hours"),
    ],
)
def test_spoken(duration, expected):
    assert spoken(duration) == expected


def test_in_settings():
    wait = Wait.model_validate({"wait": "1h30m"})
    assert wait.wait == HOUR + 30 * MINUTE
    assert wait.model_dump() == {"wait": "1h30m"}
    with pytest.raises(ValidationError, match="write it like"):
        Wait.model_validate({"wait": 90})
    with pytest.raises(ValidationError, match="is longer than"):
        Wait.model_validate({"wait": "9999999999999999d"})
