"""What a sender's word does to the newest episode of its condition."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.response.alerts import (
    LATE_COPY,
    Alert,
    AlertStatus,
    Effect,
    Severity,
    Signal,
    SignalStatus,
    fingerprint_of,
    observe,
    resolve,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRING, RESOLVED = SignalStatus.FIRING, SignalStatus.RESOLVED


def signal(status=FIRING, *, started_at=None, severity=Severity.HIGH, **more) -> Signal:
    told = {"name": "Slow", "labels": {"model": "m"}, "fingerprint": "f", "source": "api:ci", **more}
    return Signal(status=status, severity=severity, started_at=started_at, **told)


def episode(status=AlertStatus.FIRING, *, started_at=NOON, told_start=True, **more) -> Alert:
    told = {"name": "Slow", "severity": Severity.HIGH, "labels": {"model": "m"}, "annotations": {}, "source": "api:ci"}
    times = {"started_at": started_at, "told_start": told_start, "received_at": started_at}
    return Alert(id=7, group_id=3, fingerprint="f", status=status, **told, **times, **more)


def acknowledged(**more) -> Alert:
    return episode(AlertStatus.ACKNOWLEDGED, acknowledged_by="U1", acknowledged_at=NOON + MINUTE, **more)


def ended(*, by=None, **more) -> Alert:
    return episode(AlertStatus.RESOLVED, resolved_at=NOON + MINUTE, resolved_by=by, **more)


BEFORE, AT, AFTER = NOON - MINUTE, NOON, NOON + MINUTE


@pytest.mark.parametrize(
    ("latest", "told", "effect", "stored"),
    [
        pytest.param(None, signal(), Effect.FIRED, AlertStatus.FIRING, id="first-word"),
        pytest.param(episode(), signal(), Effect.REPEATED, None, id="repeated"),
        pytest.param(acknowledged(), signal(), Effect.REPEATED, None, id="repeated-while-acknowledged"),
        pytest.param(
            episode(), signal(severity=Severity.CRITICAL), Effect.CHANGED, AlertStatus.FIRING, id="severity-worse"
        ),
        pytest.param(
            episode(), signal(severity=Severity.LOW), Effect.CHANGED, AlertStatus.FIRING, id="severity-better"
        ),
        pytest.param(
            acknowledged(),
            signal(annotations={"summary": "9 s"}),
            Effect.CHANGED,
            AlertStatus.ACKNOWLEDGED,
            id="annotations-changed-and-still-acknowledged",
        ),
        pytest.param(episode(), signal(RESOLVED), Effect.RESOLVED, AlertStatus.RESOLVED, id="ended"),
        pytest.param(acknowledged(), signal(RESOLVED), Effect.RESOLVED, AlertStatus.RESOLVED, id="ended-acknowledged"),
        pytest.param(
            episode(), signal(RESOLVED, started_at=AT), Effect.RESOLVED, AlertStatus.RESOLVED, id="ended-by-start"
        ),
        pytest.param(
            episode(),
            signal(RESOLVED, started_at=AFTER),
            Effect.RESOLVED,
            AlertStatus.RESOLVED,
            id="the-end-of-a-later-start-ends-this-too",
        ),
        pytest.param(
            episode(), signal(RESOLVED, started_at=BEFORE), Effect.STALE, None, id="late-end-of-the-one-before"
        ),
        pytest.param(
            episode(told_start=False),
            signal(RESOLVED, started_at=BEFORE),
            Effect.RESOLVED,
            AlertStatus.RESOLVED,
            id="our-own-guess-of-the-start-makes-no-end-late",
        ),
        pytest.param(None, signal(RESOLVED), Effect.UNKNOWN, None, id="end-of-what-never-fired"),
        pytest.param(ended(), signal(RESOLVED), Effect.REPEATED, None, id="end-told-twice"),
        pytest.param(ended(by="U1"), signal(RESOLVED), Effect.REPEATED, None, id="end-after-a-person's"),
        pytest.param(
            episode(),
            signal(RESOLVED, started_at=BEFORE, ended_at=AT),
            Effect.STALE,
            None,
            id="late-end-of-the-one-before-with-its-time",
        ),
        pytest.param(
            episode(),
            signal(RESOLVED, started_at=BEFORE, ended_at=AFTER),
            Effect.RESOLVED,
            AlertStatus.RESOLVED,
            id="an-earlier-start-was-learnt-later",
        ),
        pytest.param(
            ended(), signal(started_at=AT), Effect.REFIRED, AlertStatus.FIRING, id="holds-long-after-its-end-was-told"
        ),
        pytest.param(ended(), signal(started_at=AFTER), Effect.REFIRED, AlertStatus.FIRING, id="fires-again"),
        pytest.param(ended(), signal(), Effect.REFIRED, AlertStatus.FIRING, id="fires-again-without-a-start"),
        pytest.param(
            ended(told_start=False),
            signal(started_at=BEFORE),
            Effect.REFIRED,
            AlertStatus.FIRING,
            id="our-own-guess-of-the-start-makes-nothing-late",
        ),
        pytest.param(
            ended(by="U1"),
            signal(started_at=AT),
            Effect.REFIRED,
            AlertStatus.FIRING,
            id="a-person-resolved-it-but-it-still-holds",
        ),
    ],
)
def test_a_signal_meets_the_newest_episode(latest, told, effect, stored):
    got, alert = observe(latest, told, NOON + 10 * MINUTE)
    assert got == effect
    assert (alert.status if alert else None) == stored
    assert got.is_duplicate == (alert is None)


@pytest.mark.parametrize("started_at", [AT, BEFORE], ids=["of-this-one", "of-an-older-one"])
def test_a_late_copy(started_at):
    """Within a minute of the end; a moment later it is news."""
    told = signal(started_at=started_at)
    assert observe(ended(), told, AFTER + LATE_COPY) == (Effect.STALE, None)
    effect, _ = observe(ended(), told, AFTER + LATE_COPY + timedelta(microseconds=1))
    assert effect == Effect.REFIRED


def test_a_new_episode_holds_what_the_sender_said_and_nothing_of_the_last_one():
    told = signal(started_at=AFTER, annotations={"summary": "9 s"}, severity=Severity.LOW)
    _, alert = observe(ended(acknowledged_by="U1", acknowledged_at=AT), told, NOON + 10 * MINUTE)
    assert alert == Alert(
        fingerprint="f",
        name="Slow",
        severity=Severity.LOW,
        status=AlertStatus.FIRING,
        labels={"model": "m"},
        annotations={"summary": "9 s"},
        source="api:ci",
        started_at=AFTER,
        told_start=True,
        received_at=NOON + 10 * MINUTE,
    )


@pytest.mark.parametrize(
    ("told", "started_at", "told_start"),
    [
        pytest.param(None, NOON, False, id="not-said"),
        pytest.param(BEFORE, BEFORE, True, id="said"),
        pytest.param(AFTER, NOON, True, id="a-sender's-clock-ahead-of-ours"),
    ],
)
def test_start_of_an_episode(told, started_at, told_start):
    _, alert = observe(None, signal(started_at=told), NOON)
    assert (alert.started_at, alert.told_start) == (started_at, told_start)


def test_a_change_keeps_identity_owner_and_start():
    before = acknowledged()
    _, after = observe(before, signal(severity=Severity.CRITICAL, annotations={"summary": "x"}), NOON + MINUTE)
    assert after == before.model_copy(update={"severity": Severity.CRITICAL, "annotations": {"summary": "x"}})


@pytest.mark.parametrize(("by", "now"), [(None, AFTER), ("U1", AFTER)], ids=["sender", "person"])
def test_an_end_says_who_and_when(by, now):
    after = resolve(episode(), by=by, now=now)
    assert (after.status, after.resolved_by, after.resolved_at) == (AlertStatus.RESOLVED, by, now)


def test_no_episode_ends_before_it_began():
    assert resolve(episode(), by=None, now=BEFORE).resolved_at == NOON


class TestSeveralSignalsOfOneCondition:
    """A batch is folded signal by signal, each meeting what the one before left."""

    @pytest.mark.parametrize(
        ("signals", "effects", "status"),
        [
            pytest.param([signal(), signal()], "fired repeated", AlertStatus.FIRING, id="twice"),
            pytest.param([signal(), signal(RESOLVED)], "fired resolved", AlertStatus.RESOLVED, id="fires-and-ends"),
            pytest.param([signal(RESOLVED), signal()], "unknown fired", AlertStatus.FIRING, id="end-first"),
            pytest.param(
                [signal(), signal(RESOLVED), signal()], "fired resolved refired", AlertStatus.FIRING, id="flaps"
            ),
            pytest.param(
                [signal(), signal(severity=Severity.CRITICAL), signal(severity=Severity.CRITICAL)],
                "fired changed repeated",
                AlertStatus.FIRING,
                id="gets-worse",
            ),
            pytest.param(
                [signal(started_at=AT), signal(RESOLVED, started_at=AT), signal(started_at=AT)],
                "fired resolved stale",
                AlertStatus.RESOLVED,
                id="late-copy-in-the-same-batch",
            ),
            pytest.param(
                [signal(started_at=AT), signal(RESOLVED, started_at=BEFORE)],
                "fired stale",
                AlertStatus.FIRING,
                id="late-end",
            ),
        ],
    )
    def test_folded(self, signals, effects, status):
        latest, seen = None, []
        for each in signals:
            effect, alert = observe(latest, each, AFTER)
            seen.append(effect)
            latest = alert or latest
        assert " ".join(seen) == effects
        assert latest.status == status


def test_severities_are_ranked():
    assert [severity.rank for severity in Severity] == [5, 4, 3, 2, 1]
    assert max(Severity, key=lambda severity: severity.rank) == Severity.CRITICAL


LABELS = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=6)


class TestFingerprint:
    @given(st.text(), LABELS, st.randoms())
    def test_order_of_labels_does_not_matter(self, name, labels, random):
        pairs = list(labels.items())
        random.shuffle(pairs)
        assert fingerprint_of(name, dict(pairs)) == fingerprint_of(name, labels)

    @given(st.text(max_size=8), LABELS, st.text(max_size=8), LABELS)
    def test_differs_when_anything_differs(self, name, labels, other_name, other_labels):
        same = (name, labels) == (other_name, other_labels)
        assert (fingerprint_of(name, labels) == fingerprint_of(other_name, other_labels)) == same

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(("a", {"b": "c"}), ("a", {"c": "b"}), id="name-and-value-swapped"),
            pytest.param(("a", {"b": "c,d"}), ("a", {"b": "c", "d": ""}), id="separators-inside"),
            pytest.param(("a", {'b":"': "c"}), ("a", {"b": '":"c'}), id="quotation-marks"),
            pytest.param(("a", {}), ("a", {"": ""}), id="empty-label"),
        ],
    )
    def test_no_two_spellings_collide(self, one, other):
        assert fingerprint_of(*one) != fingerprint_of(*other)

    def test_is_the_same_on_every_machine(self):
        assert fingerprint_of("Slow", {"model": "glm-4.5", "area": "performance"}) == "cafaed3864326e7ed21e0eb06a4162c6"
        assert len(fingerprint_of("\ud800", {})) == 32
