"""Moments of every day, summer time included."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from riskengine.daily import latest_daily, next_daily

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "latest", "following"),
    [
        pytest.param("2026-03-02T06:59", "2026-03-01T07:00", "2026-03-02T07:00", id="just before"),
        pytest.param("2026-03-02T07:00", "2026-03-02T07:00", "2026-03-03T07:00", id="just then"),
        pytest.param("2026-03-28T12:00", "2026-03-28T07:00", "2026-03-29T06:00", id="summer time begins"),
        pytest.param("2026-10-24T12:00", "2026-10-24T06:00", "2026-10-25T07:00", id="summer time ends"),
    ],
)
def test_at_eight_in_berlin(now, latest, following):
    assert latest_daily(at(now), 8, BERLIN) == at(latest)
    assert next_daily(at(now), 8, BERLIN) == at(following)


def test_every_day_has_one_even_where_the_clock_skips_it():
    """Half past two does not exist on one day, and exists twice on another."""
    now, seen = at("2026-01-01T00:00"), set()
    for _ in range(365):
        now = next_daily(now, 2, BERLIN)
        seen.add((now - timedelta(hours=1)).astimezone(BERLIN).date())
    assert len(seen) == 365
