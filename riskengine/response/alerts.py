"""An alert: a condition that holds now. What a sender's signal does to it, and what a person's verb does."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from riskengine.durations import Duration
from riskengine.response.flapping import FlappingSettings

#: Copies overtake each other by the seconds that a replica may stall; what comes later is no copy.
LATE_COPY = timedelta(minutes=1)


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """5 for critical down to 1 for info; greater is worse."""
        return 5 - list(Severity).index(self)


class SignalStatus(StrEnum):
    """What a sender may say of a condition."""

    FIRING = "firing"
    RESOLVED = "resolved"


class AlertStatus(StrEnum):
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    #: It holds, and a silence or an inhibition mutes it.
    SUPPRESSED = "suppressed"
    RESOLVED = "resolved"


class AlertSettings(BaseModel):
    """How alerts are grouped, told and taken care of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group_wait: Duration = Field(
        timedelta(seconds=10), description="How long a new group waits for more alerts before its card is posted."
    )
    group_interval: Duration = Field(
        timedelta(minutes=1),
        description="Least time between card edits that only tell of alerts joining or leaving.",
    )
    repeat_interval: Duration = Field(
        timedelta(hours=4),
        description="A firing group that nobody has taken is told again after this.",
    )
    acknowledgement_expires_after: Duration = Field(
        timedelta(hours=4), description="After this an acknowledgement lapses and a group that still fires asks again."
    )
    refire_window: Duration = Field(
        timedelta(minutes=30),
        description="A group that fires again so soon after it resolved goes on in its card.",
    )
    flapping: FlappingSettings = FlappingSettings()


class Signal(BaseModel):
    """One sender's word on one condition, already translated from the sender's format."""

    model_config = ConfigDict(frozen=True)

    name: str
    severity: Severity
    status: SignalStatus
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    started_at: datetime | None = None
    #: When it ended, from senders that say so.
    ended_at: datetime | None = None
    fingerprint: str
    source: str


class Alert(BaseModel):
    """One episode of a condition: from its start to its end."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int = 0
    group_id: int = 0
    fingerprint: str
    name: str
    severity: Severity
    status: AlertStatus
    labels: dict[str, str]
    annotations: dict[str, str]
    source: str
    started_at: datetime
    told_start: bool
    received_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    #: The silence (its id) and the alert (its id) that mute it; an ended episode keeps what muted it.
    silenced_by: int | None = None
    inhibited_by: int | None = None

    @property
    def is_muted(self) -> bool:
        return self.silenced_by is not None or self.inhibited_by is not None


class Effect(StrEnum):
    """What a signal did; the word goes into the timeline and the sender's answer."""

    FIRED = "fired"
    REFIRED = "refired"
    CHANGED = "changed"
    RESOLVED = "resolved"
    REPEATED = "repeated"
    STALE = "stale"
    UNKNOWN = "unknown"

    @property
    def is_duplicate(self) -> bool:
        """True when the signal told nothing new."""
        return self in {Effect.REPEATED, Effect.STALE, Effect.UNKNOWN}


def fingerprint_of(name: str, labels: Mapping[str, str]) -> str:
    """Identify a condition by its name and labels, in any order (128 bits of SHA-256, in hex)."""
    canonical = json.dumps([name, sorted(labels.items())], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def observe(latest: Alert | None, signal: Signal, now: datetime) -> tuple[Effect, Alert | None]:
    """Fold a signal into the newest episode of its condition; the alert is None when nothing is to be stored.

    A firing signal whose start is that of an episode which the *sender* has just resolved is a late copy (Alertmanager
    retries out of order) and changes nothing. After a while it is news, and always after a *person* resolved it: the
    condition holds. A Prometheus that was cut off from its Alertmanager comes back with the old start.
    """
    open_episode = latest if latest is not None and latest.status != AlertStatus.RESOLVED else None
    if signal.status == SignalStatus.RESOLVED:
        return _end(open_episode, latest, signal, now)
    if open_episode is not None:
        return _repeat(open_episode, signal)
    if latest is not None and _is_late_copy(latest, signal, now):
        return Effect.STALE, None
    return (Effect.FIRED if latest is None else Effect.REFIRED), _begin(signal, now)


def mute(alert: Alert, *, silenced_by: int | None, inhibited_by: int | None) -> Alert:
    """Say what mutes an alert, if anything does. Only one that asks for somebody is suppressed by it.

    What a person has acknowledged stays acknowledged; given back, it is suppressed while something still mutes it.
    """
    now_muted = alert.model_copy(update={"silenced_by": silenced_by, "inhibited_by": inhibited_by})
    if alert.status not in {AlertStatus.FIRING, AlertStatus.SUPPRESSED}:
        return now_muted
    status = AlertStatus.SUPPRESSED if now_muted.is_muted else AlertStatus.FIRING
    return now_muted.model_copy(update={"status": status})


def _begin(signal: Signal, now: datetime) -> Alert:
    return Alert(
        fingerprint=signal.fingerprint,
        name=signal.name,
        severity=signal.severity,
        status=AlertStatus.FIRING,
        labels=signal.labels,
        annotations=signal.annotations,
        source=signal.source,
        started_at=min(signal.started_at or now, now),
        told_start=signal.started_at is not None,
        received_at=now,
    )


def _repeat(episode: Alert, signal: Signal) -> tuple[Effect, Alert | None]:
    if episode.severity == signal.severity and episode.annotations == signal.annotations:
        return Effect.REPEATED, None
    changed = {"severity": signal.severity, "annotations": signal.annotations}
    return Effect.CHANGED, episode.model_copy(update=changed)


def _end(episode: Alert | None, latest: Alert | None, signal: Signal, now: datetime) -> tuple[Effect, Alert | None]:
    if episode is None:
        return (Effect.UNKNOWN if latest is None else Effect.REPEATED), None
    if _is_of_an_earlier_episode(episode, signal):
        return Effect.STALE, None
    return Effect.RESOLVED, resolve(episode, by=None, now=now)


def _is_of_an_earlier_episode(episode: Alert, signal: Signal) -> bool:
    """Whether an end comes too late, after the next begin.

    An earlier start alone does not say so where the end is told: of two Prometheus servers the second may tell
    Alertmanager of an earlier start than we were told, and then ends what we know by the later one.
    """
    if not episode.told_start or signal.started_at is None or signal.started_at >= episode.started_at:
        return False
    return signal.ended_at is None or signal.ended_at <= episode.started_at


def _is_late_copy(latest: Alert, signal: Signal, now: datetime) -> bool:
    if latest.resolved_by is not None or latest.resolved_at is None or now - latest.resolved_at > LATE_COPY:
        return False
    return latest.told_start and signal.started_at is not None and signal.started_at <= latest.started_at


def resolve(alert: Alert, *, by: str | None, now: datetime) -> Alert:
    """End an episode; `by` is None when the sender ended it."""
    ended = {"status": AlertStatus.RESOLVED, "resolved_at": max(now, alert.started_at), "resolved_by": by}
    return alert.model_copy(update=ended)
