"""Alerts that come and go."""

from datetime import UTC, datetime, timedelta

import pytest

from riskengine.response.flapping import FlappingSettings, flapping

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes_ago", "told"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([0, 5, 10], None, id="three changes"),
        pytest.param([0, 5, 10, 29], (4, 29, 1), id="four in half an hour"),
        pytest.param([0, 5, 10, 30], None, id="the fourth just too long ago"),
        pytest.param([10, 0, 29, 5, 20, 90], (5, 29, 10), id="five, in any order"),
        pytest.param([0, 5, 10, -1], None, id="the future does not count"),
    ],
)
def test_flapping(minutes_ago, told):
    found = flapping([NOON - timedelta(minutes=ago) for ago in minutes_ago], NOON, FlappingSettings())
    if told is None:
        assert found is None
    else:
        changes, first, calm = told
        assert found == (changes, NOON - timedelta(minutes=first), NOON + timedelta(minutes=calm))


def test_alert_has_calmed_when_it_was_said_to():
    changes = [NOON - timedelta(minutes=ago) for ago in (0, 5, 10, 20, 29)]
    calm_at = flapping(changes, NOON, FlappingSettings()).calm_at
    assert flapping(changes, calm_at - timedelta(seconds=1), FlappingSettings())
    assert not flapping(changes, calm_at, FlappingSettings())
