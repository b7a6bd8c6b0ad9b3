"""Alerts told as one: what they share, how they stand together, and when a change of them is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.response.alerts import AlertSettings, AlertStatus, Severity
from riskengine.response.grouping import (
    AlertCount,
    Group,
    GroupState,
    Telling,
    continues,
    identity_of,
    summarise,
    tell_at,
    telling,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRING, ACKNOWLEDGED, SUPPRESSED, RESOLVED = AlertStatus
CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity


@pytest.mark.parametrize(
    ("labels", "label", "subject", "area"),
    [
        pytest.param({"area": "performance", "model": "glm"}, "model", "glm", "performance", id="model"),
        pytest.param({"provider": "openrouter", "service": "mail"}, "provider", "openrouter", "", id="provider-next"),
        pytest.param({"service": "mail"}, "service", "mail", "", id="service-last"),
        pytest.param({"model": "", "service": "mail"}, "service", "mail", "", id="an-empty-label-is-none"),
        pytest.param({"role": "critic", "area": "quality"}, "", "", "quality", id="about-nothing-in-particular"),
        pytest.param({}, "", "", "", id="no-labels"),
    ],
)
def test_identity(labels, label, subject, area):
    identity = identity_of("Slow", labels)
    assert (identity.subject_label, identity.subject, identity.area) == (label, subject, area)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param({"model": "a", "role": "x"}, {"model": "a", "role": "y"}, True, id="other-labels-do-not-count"),
        pytest.param(
            {"model": "a", "provider": "p"}, {"model": "a", "provider": "q"}, True, id="model-goes-before-provider"
        ),
        pytest.param({"model": "a"}, {"provider": "a"}, False, id="a-model-is-no-provider"),
        pytest.param({"model": "a"}, {"model": "a", "area": "cost"}, False, id="areas-differ"),
        pytest.param({"model": "a"}, {"model": "b"}, False, id="models-differ"),
    ],
)
def test_which_alerts_share_a_group(one, other, same):
    assert (identity_of("Slow", one).key == identity_of("Slow", other).key) is same
    assert identity_of("Slow", one).key != identity_of("Errors", one).key


@given(st.text(), st.dictionaries(st.sampled_from(["area", "model", "provider", "service", "x"]), st.text()))
def test_key_fits_its_index_whatever_the_text(name, labels):
    key = identity_of(name, labels).key
    assert len(key) == 32
    assert key == identity_of(name, dict(reversed(labels.items()))).key


def state(status=FIRING, severity=HIGH, firing=1, acknowledged=0, resolved=0) -> GroupState:
    return GroupState(status=status, severity=severity, firing=firing, acknowledged=acknowledged, resolved=resolved)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param([(FIRING, HIGH, 1)], state(), id="one"),
        pytest.param([(FIRING, LOW, 2), (FIRING, HIGH, 1)], state(firing=3), id="worst-severity"),
        pytest.param(
            [(ACKNOWLEDGED, CRITICAL, 2), (FIRING, LOW, 1)],
            state(FIRING, CRITICAL, 1, 2),
            id="one-that-fires-is-enough",
        ),
        pytest.param(
            [(ACKNOWLEDGED, HIGH, 2), (RESOLVED, CRITICAL, 1)],
            state(ACKNOWLEDGED, HIGH, 0, 2, 1),
            id="what-ended-makes-nothing-worse",
        ),
        pytest.param(
            [(RESOLVED, LOW, 1), (RESOLVED, CRITICAL, 1)],
            state(RESOLVED, CRITICAL, 0, 0, 2),
            id="over-remembers-the-worst",
        ),
        pytest.param([], state(RESOLVED, INFO, 0, 0, 0), id="nothing-left"),
    ],
)
def test_sum(counts, expected):
    rows = [AlertCount(status=status, severity=severity, count=count) for status, severity, count in counts]
    assert summarise(rows) == expected
    assert summarise(reversed(rows)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(state(), state(firing=9), Telling.AFTER_INTERVAL, id="more-join"),
        pytest.param(state(firing=2), state(resolved=1), Telling.AFTER_INTERVAL, id="one-leaves"),
        pytest.param(state(), state(severity=LOW), Telling.AFTER_INTERVAL, id="less-bad"),
        pytest.param(state(), state(severity=CRITICAL), Telling.AT_ONCE, id="worse"),
        pytest.param(state(), state(RESOLVED, firing=0, resolved=1), Telling.AT_ONCE, id="resolved"),
        pytest.param(
            state(ACKNOWLEDGED, firing=0, acknowledged=1),
            state(acknowledged=1),
            Telling.AT_ONCE,
            id="fires-beside-acknowledged-ones",
        ),
    ],
)
def test_when_a_change_is_told(before, after, expected):
    assert telling(before, after) == expected


@pytest.mark.parametrize(
    ("how", "told_at", "expected"),
    [
        pytest.param(Telling.AT_ONCE, NOON - MINUTE, NOON, id="at-once"),
        pytest.param(Telling.AFTER_INTERVAL, None, NOON, id="never-told"),
        pytest.param(Telling.AFTER_INTERVAL, NOON - MINUTE, NOON + 4 * MINUTE, id="told-a-minute-ago"),
        pytest.param(Telling.AFTER_INTERVAL, NOON - 5 * MINUTE, NOON, id="told-just-an-interval-ago"),
        pytest.param(Telling.AFTER_INTERVAL, NOON - 9 * MINUTE, NOON, id="told-long-ago"),
    ],
)
def test_moment_of_telling(how, told_at, expected):
    assert tell_at(how, told_at, NOON, AlertSettings(group_interval=5 * MINUTE)) == expected


@pytest.mark.parametrize(
    ("resolved_at", "expected"),
    [
        pytest.param(None, True, id="still-open"),
        pytest.param(NOON, True, id="just-resolved"),
        pytest.param(NOON - 30 * MINUTE, True, id="last-moment-of-the-window"),
        pytest.param(NOON - 30 * MINUTE - timedelta(microseconds=1), False, id="after-the-window"),
    ],
)
def test_fires_again_in_the_same_card(resolved_at, expected):
    assert continues(resolved_at, NOON, 30 * MINUTE) is expected


def test_a_group_knows_its_state():
    nobody = dict.fromkeys(
        (
            "told_at",
            "resolved_at",
            "acknowledged_by",
            "acknowledged_at",
            "acknowledgement_expires_at",
            "assigned_to",
            "assigned_by",
        )
    )
    named = {"id": 1, "key": "k", "name": "Slow", "area": "", "subject_label": "", "subject": ""}
    expected = state(ACKNOWLEDGED, LOW, 0, 2, 1)
    group = Group(**named, **expected.model_dump(), revision=3, refires=0, opened_at=NOON, **nobody)
    assert group.state == expected
