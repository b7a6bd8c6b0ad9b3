"""Silences: from asking to their end, whom they mute, and what they would have hidden."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from riskengine.response.matchers import Labelled
from riskengine.response.silences import (
    Preview,
    SilenceDraft,
    SilenceRefused,
    SilenceSettings,
    SilenceStatus,
    begin,
    end,
    is_idle,
    is_silenced,
    parse_matchers,
    preview,
    silencing,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = SilenceSettings()


def draft(matchers="model=glm-4.5", starts=None, ends=HOUR):
    starts_at = None if starts is None else NOON + starts
    return SilenceDraft(matchers=parse_matchers(matchers), starts_at=starts_at, ends_at=NOON + ends, comment="Upgrade")


def silence(**asked):
    return begin(draft(**asked), by="U1", now=NOON, settings=SETTINGS)


@pytest.mark.parametrize(
    ("starts", "at", "status", "change"),
    [
        pytest.param(None, -1, SilenceStatus.PENDING, 0, id="a moment before"),
        pytest.param(None, 0, SilenceStatus.ACTIVE, 3_600, id="begins at once"),
        pytest.param(None, 3_599, SilenceStatus.ACTIVE, 3_600, id="its last second"),
        pytest.param(None, 3_600, SilenceStatus.EXPIRED, None, id="its end"),
        pytest.param(600, 0, SilenceStatus.PENDING, 600, id="begins later"),
        pytest.param(600, 600, SilenceStatus.ACTIVE, 3_600, id="began later"),
        pytest.param(-600, 0, SilenceStatus.ACTIVE, 3_600, id="never begins in the past"),
    ],
)
def test_status(starts, at, status, change):
    made = silence(starts=None if starts is None else timedelta(seconds=starts))
    now = NOON + timedelta(seconds=at)
    assert made.status(now) == status
    assert made.next_change_at(now) == (None if change is None else NOON + timedelta(seconds=change))
    assert is_silenced({"model": "glm-4.5"}, [made], now) is (status == SilenceStatus.ACTIVE)
    assert made.starts_at >= made.created_at == NOON


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"ends": timedelta(0)}, "ends before it begins", id="ends now"),
        pytest.param({"ends": -HOUR}, "ends before it begins", id="ended"),
        pytest.param({"starts": 2 * HOUR, "ends": HOUR}, "ends before it begins", id="begins after its end"),
        pytest.param({"ends": timedelta(days=30, seconds=1)}, "at most 30 days", id="a month and a second"),
    ],
)
def test_senseless_times_are_refused(asked, said):
    with pytest.raises(SilenceRefused, match=said):
        silence(**asked)


@pytest.mark.parametrize("matchers", ["", "team!=payments", "model=~*", 'model=""'])
def test_silence_of_everything_is_refused(matchers):
    with pytest.raises(ValidationError):
        draft(matchers)


def test_silencing_names_every_silence():
    model, team, later = silence(), silence(matchers="team=~pay*"), silence(starts=HOUR / 2)
    labels = {"model": "glm-4.5", "team": "payments"}
    assert silencing(labels, [model, team, later], NOON) == [model, team]
    assert silencing({"model": "opus"}, [model, team, later], NOON) == []
    assert not is_silenced({}, [model], NOON)


@pytest.mark.parametrize(
    ("starts", "now", "ends"),
    [
        pytest.param(None, HOUR / 2, HOUR / 2, id="in the middle"),
        pytest.param(HOUR / 2, HOUR / 4, HOUR / 4, id="before it began"),
        pytest.param(None, 2 * HOUR, HOUR, id="when it is over"),
    ],
)
def test_end(starts, now, ends):
    ended = end(silence(starts=starts), NOON + now)
    assert ended.ends_at == NOON + ends
    assert ended.status(NOON + now) == SilenceStatus.EXPIRED


def test_preview_counts_what_would_have_been_hidden():
    names = ["slow"] * 3 + ["errors"] * 5
    alerts = [Labelled(str(number), {"model": "glm", "alertname": name}) for number, name in enumerate(names)]
    alerts.append(Labelled("x", {"model": "opus", "alertname": "slow"}))
    assert preview(parse_matchers("model=glm"), alerts) == Preview(alerts=8, names=(("errors", 5), ("slow", 3)))
    assert preview(parse_matchers("model=gone"), alerts) == Preview(alerts=0, names=())


@pytest.mark.parametrize(
    ("matched", "now", "idle"),
    [
        pytest.param(None, 23.9, False, id="not yet a day"),
        pytest.param(None, 24, True, id="a day without a match"),
        pytest.param(10, 33, False, id="matched since"),
        pytest.param(10, 34, True, id="a day since the match"),
        pytest.param(-5, 24, True, id="matched before it began"),
        pytest.param(None, 49, False, id="it is over anyway"),
    ],
)
def test_silence_that_matches_nothing_is_idle(matched, now, idle):
    matched_at = None if matched is None else NOON + matched * HOUR
    assert is_idle(silence(ends=48 * HOUR), matched_at, NOON + now * HOUR, SETTINGS) is idle
