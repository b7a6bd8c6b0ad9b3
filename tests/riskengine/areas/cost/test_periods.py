"""Periods as people ask for them, in the organisation's time zone, summer time included."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from riskengine.areas.cost.periods import PeriodInvalid, parse_period

BERLIN = ZoneInfo("Europe/Berlin")
#: A Wednesday, 11:30 there; the clocks went forward on the Sunday before.
NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [
        pytest.param("today", "2026-03-31T22:00", "2026-04-01T09:30", id="today ends now"),
        pytest.param("Yesterday", "2026-03-30T22:00", "2026-03-31T22:00", id="capitals"),
        pytest.param("week", "2026-03-29T22:00", "2026-04-01T09:30", id="from Monday"),
        pytest.param("this week", "2026-03-29T22:00", "2026-04-01T09:30", id="this"),
        pytest.param("last  week", "2026-03-22T23:00", "2026-03-29T22:00", id="an hour shorter"),
        pytest.param("month", "2026-03-31T22:00", "2026-04-01T09:30", id="on its first day"),
        pytest.param("last month", "2026-02-28T23:00", "2026-03-31T22:00", id="a whole month"),
        pytest.param("2026-03", "2026-02-28T23:00", "2026-03-31T22:00", id="by number"),
        pytest.param("2026-04", "2026-03-31T22:00", "2026-04-01T09:30", id="up to now"),
        pytest.param("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00", id="a day of 23 hours"),
        pytest.param("24h", "2026-03-31T09:30", "2026-04-01T09:30", id="hours back"),
        pytest.param("7d", "2026-03-25T09:30", "2026-04-01T09:30", id="days back"),
        pytest.param("2w", "2026-03-18T09:30", "2026-04-01T09:30", id="weeks back"),
    ],
)
def test_a_period(text, starts, ends):
    found = parse_period(text, NOW, BERLIN)
    assert [each.strftime("%Y-%m-%dT%H:%M") for each in found[1:]] == [starts, ends]


def test_its_name_says_what_was_understood():
    assert parse_period("7d", NOW, BERLIN).name == "last 7 days"
    assert parse_period("1h", NOW, BERLIN).name == "last 1 hour"
    assert parse_period("Last Month", NOW, BERLIN).name == "last month"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("yesterdy", "yesterday"),
        ("monht", "month"),
        ("2026-13", ""),
        ("2026-04-31", ""),
        ("2026-05", ""),
        ("2026-04-02", ""),
        ("9999-12", ""),
        ("0000-01", ""),
        ("0d", ""),
        ("999w", ""),
        ("7", ""),
        ("", ""),
    ],
)
def test_what_is_no_period_is_told_with_the_nearest_word(text, near):
    with pytest.raises(PeriodInvalid) as told:
        parse_period(text, NOW, BERLIN)
    assert told.value.near == near


def test_a_word_says_which_one_it_means():
    assert [parse_period(word, NOW, BERLIN).name for word in ("month", "week", "today")] == [
        "this month",
        "this week",
        "today",
    ]
