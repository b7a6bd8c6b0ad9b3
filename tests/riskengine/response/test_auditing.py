"""When something counts as forgotten, and when people are told."""

from datetime import UTC, datetime, timedelta

import pytest

from riskengine.response.auditing import Episode, episode, suspect

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_forgotten_when_seen_at_two_looks_far_enough_apart():
    first = suspect({}, ["a"], NOON, MINUTE)
    assert not first.forgotten
    second = suspect(first.since, ["a", "b"], NOON + MINUTE, MINUTE)
    assert second.forgotten == {"a"}
    assert second.since == {"a": NOON, "b": NOON + MINUTE}


def test_without_patience_one_look_is_enough():
    assert suspect({}, ["a"], NOON, timedelta(0)).forgotten == {"a"}


def test_what_was_away_in_between_begins_anew():
    away = suspect(suspect({}, ["a"], NOON, MINUTE).since, [], NOON + MINUTE / 2, MINUTE)
    assert not suspect(away.since, ["a"], NOON + MINUTE, MINUTE).forgotten


def test_a_clock_that_goes_back_makes_nothing_wait_for_ever():
    ahead = suspect({}, ["a"], NOON + timedelta(hours=1), MINUTE)
    back = suspect(ahead.since, ["a"], NOON, MINUTE)
    assert suspect(back.since, ["a"], NOON + MINUTE, MINUTE).forgotten == {"a"}


@pytest.mark.parametrize(
    ("is_open", "forgotten", "calm", "expected"),
    [
        (False, False, True, Episode.NONE),
        (False, True, True, Episode.BEGINS),
        (False, True, False, Episode.BEGINS),
        (True, True, False, Episode.GOES_ON),
        (True, False, False, Episode.NONE),
        (True, False, True, Episode.ENDS),
    ],
)
def test_episodes(is_open, forgotten, calm, expected):
    assert episode(is_open=is_open, forgotten=forgotten, calm=calm) == expected
