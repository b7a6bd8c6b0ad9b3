"""Gaps between beats, and what share of a span they leave."""

from datetime import UTC, datetime, timedelta

import pytest

from riskengine.availability import Outage, availability, gap

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("last", "lived_through", "length"),
    [
        (None, None, None),
        (NOON - MINUTE, None, None),
        (NOON - 6 * MINUTE, None, 6 * MINUTE),
        # Somebody moved the clock, or it ran fast, while whoever beats was there.
        (NOON - 600 * MINUTE, timedelta(seconds=15), None),
        # It was there and stood still.
        (NOON - 6 * MINUTE, 6 * MINUTE, 6 * MINUTE),
        # Another replica beat meanwhile.
        (NOON - MINUTE, 6 * MINUTE, None),
        (NOON + MINUTE, None, None),
    ],
)
def test_a_gap(last, lived_through, length):
    found = gap(last, NOON, lived_through, MINUTE)
    assert (found and found.length) == length


def test_what_lies_outside_the_span_does_not_count():
    outages = [
        Outage(NOON - 30 * MINUTE, NOON - 20 * MINUTE),
        Outage(NOON - 10 * MINUTE, NOON + 10 * MINUTE),
        Outage(NOON + 85 * MINUTE, NOON + 105 * MINUTE),
    ]
    found = availability(outages, NOON, NOON + 100 * MINUTE)
    assert (found.down, len(found.outages), found.ratio) == (25 * MINUTE, 2, 0.75)
    assert availability([], NOON, NOON).ratio == 1
