"""Once a week, at the same hour of the clock on the wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.weeks import Weekday, latest_weekly, next_weekly

BERLIN, KOLKATA, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "latest", "following"),
    [
        pytest.param("2026-03-04T12:00", UTC_ZONE, "2026-03-02T09:00", "2026-03-09T09:00", id="a Wednesday"),
        pytest.param("2026-03-02T09:00", UTC_ZONE, "2026-03-02T09:00", "2026-03-09T09:00", id="that very moment"),
        pytest.param("2026-03-02T08:59", UTC_ZONE, "2026-02-23T09:00", "2026-03-02T09:00", id="a minute before"),
        pytest.param("2026-03-02T08:30", BERLIN, "2026-03-02T08:00", "2026-03-09T08:00", id="winter in Berlin"),
        # Summer time begins on 29 March: that Monday's nine o'clock is an hour earlier in UTC.
        pytest.param("2026-03-25T12:00", BERLIN, "2026-03-23T08:00", "2026-03-30T07:00", id="into summer"),
        pytest.param("2026-10-22T12:00", BERLIN, "2026-10-19T07:00", "2026-10-26T08:00", id="out of summer"),
        pytest.param("2026-03-02T03:30", KOLKATA, "2026-03-02T03:30", "2026-03-09T03:30", id="a half hour's zone"),
        pytest.param(
            "2026-03-01T23:30", KOLKATA, "2026-02-23T03:30", "2026-03-02T03:30", id="Monday there, Sunday here"
        ),
    ],
)
def test_the_hour_of_the_wall(now, zone, latest, following):
    assert latest_weekly(at(now), Weekday.MONDAY, 9, zone) == at(latest)
    assert next_weekly(at(now), Weekday.MONDAY, 9, zone) == at(following)


def test_an_hour_that_the_clock_skips_still_comes_once():
    # In Berlin there is no 02:30 on 29 March 2026, a Sunday; two o'clock is told as three.
    moment = next_weekly(at("2026-03-28T12:00"), Weekday.SUNDAY, 2, BERLIN)
    assert moment == at("2026-03-29T01:00")
    assert next_weekly(moment, Weekday.SUNDAY, 2, BERLIN) == at("2026-04-05T00:00")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(list(Weekday)),
    st.integers(0, 23),
    st.sampled_from([BERLIN, KOLKATA, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")]),
)
def test_the_next_is_after_now_and_the_latest_is_not(now, day, hour, zone):
    latest, following = latest_weekly(now, day, hour, zone), next_weekly(now, day, hour, zone)
    assert latest <= now < following
    assert timedelta(days=6, hours=22) <= following - latest <= timedelta(days=7, hours=2)
    assert latest_weekly(following, day, hour, zone) == following
