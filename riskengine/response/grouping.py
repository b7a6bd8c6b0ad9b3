"""Alerts told as one: which alerts share a group, and what a group is as a whole."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from riskengine.response.alerts import AlertSettings, AlertStatus, Severity
from riskengine.response.flapping import FlappingSettings, flapping

#: Changes of a group that are kept; a flapping one could have thousands.
MOST_CHANGES = 50
#: The first of these labels that an alert has says what the group is about.
SUBJECT_LABELS = ("model", "provider", "service")


class GroupIdentity(BaseModel):
    """What the alerts of one group have in common."""

    model_config = ConfigDict(frozen=True)

    name: str
    area: str
    subject_label: str
    subject: str

    @property
    def key(self) -> str:
        """A digest of the four, short enough for an index."""
        parts = [self.name, self.area, self.subject_label, self.subject]
        canonical = json.dumps(parts, ensure_ascii=False)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def identity_of(name: str, labels: Mapping[str, str]) -> GroupIdentity:
    """Group by name, area, and model, provider or service, whichever comes first."""
    label = next((each for each in SUBJECT_LABELS if labels.get(each)), "")
    return GroupIdentity(name=name, area=labels.get("area", ""), subject_label=label, subject=labels.get(label, ""))


class GroupState(BaseModel):
    """What a group is as a whole, summed from its alerts."""

    model_config = ConfigDict(frozen=True)

    status: AlertStatus
    severity: Severity
    firing: int
    acknowledged: int
    suppressed: int = 0
    resolved: int


class Group(BaseModel):
    """Alerts told as one: what they share, how they stand together, and who has them."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    key: str
    name: str
    area: str
    subject_label: str
    subject: str
    status: AlertStatus
    severity: Severity
    firing: int
    acknowledged: int
    suppressed: int = 0
    resolved: int
    revision: int
    refires: int
    opened_at: datetime
    told_at: datetime | None
    resolved_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    acknowledgement_expires_at: datetime | None
    assigned_to: str | None
    assigned_by: str | None
    #: When whatever muted all of it was over while it still held.
    unmuted_at: datetime | None = None
    #: When it fired and was resolved lately.
    changed_at: tuple[datetime, ...] = ()
    #: Since when it fires and is resolved too often to be told each time; None while it does not.
    flapping_since: datetime | None = None

    @property
    def state(self) -> GroupState:
        return GroupState(
            status=self.status,
            severity=self.severity,
            firing=self.firing,
            acknowledged=self.acknowledged,
            suppressed=self.suppressed,
            resolved=self.resolved,
        )


class AlertCount(BaseModel):
    """How many alerts of a group are of one status and severity."""

    model_config = ConfigDict(frozen=True)

    status: AlertStatus
    severity: Severity
    count: int


#: What people hear of.
_HEARD = {AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED}


def summarise(counts: Iterable[AlertCount]) -> GroupState:
    """Sum a group's counts: it fires while one alert fires, is suppressed when nothing else holds, and so on.

    Its severity is the worst among the alerts that people hear of, or among the muted ones, or among all that were.
    """
    rows = list(counts)
    by_status = {status: sum(row.count for row in rows if row.status == status) for status in AlertStatus}
    status = next((each for each in AlertStatus if by_status[each]), AlertStatus.RESOLVED)
    heard = _HEARD if status in _HEARD else {status}
    return GroupState(
        status=status,
        severity=max(
            (row.severity for row in rows if row.count and row.status in heard),
            key=lambda severity: severity.rank,
            default=Severity.INFO,
        ),
        firing=by_status[AlertStatus.FIRING],
        acknowledged=by_status[AlertStatus.ACKNOWLEDGED],
        suppressed=by_status[AlertStatus.SUPPRESSED],
        resolved=by_status[AlertStatus.RESOLVED],
    )


class Telling(StrEnum):
    """When a change of a group is told on its card."""

    AT_ONCE = "at_once"
    AFTER_INTERVAL = "after_interval"


def telling(before: GroupState, after: GroupState) -> Telling:
    """Tell a change of status or a worse severity at once; alerts that only join or leave may wait for more."""
    worse = after.severity.rank > before.severity.rank
    return Telling.AT_ONCE if worse or after.status != before.status else Telling.AFTER_INTERVAL


def tell_at(how: Telling, told_at: datetime | None, now: datetime, settings: AlertSettings) -> datetime:
    """The moment at which a told group's change is due on its card."""
    if how == Telling.AT_ONCE or told_at is None:
        return now
    return max(now, told_at + settings.group_interval)


def continues(resolved_at: datetime | None, now: datetime, window: timedelta) -> bool:
    """Whether a group that fires again goes on in its old card instead of beginning a new one."""
    return resolved_at is None or now - resolved_at <= window


class FollowUp(BaseModel):
    """What a change of a group brings with it."""

    model_config = ConfigDict(frozen=True)

    #: The group as it is from now on, one revision further.
    group: Group
    #: When the change is due on the card; None while the group waits for its first telling anyway.
    tell_at: datetime | None
    #: It is over: its timers end.
    ended: bool = False
    #: It asks for somebody from now on: the repeat interval begins.
    asks: bool = False
    #: It was over, and fires again.
    refired: bool = False
    #: Somebody had all of it, and more joined.
    joined: bool = False
    #: It has changed so often that it flaps from now on.
    flaps: bool = False
    #: When it will have calmed if nothing more happens; None while it does not flap.
    calm_at: datetime | None = None
    #: It was told before it was muted; now nothing mutes it any more, and it still holds.
    unmuted: bool = False


def follow_up(before: Group, after: GroupState, now: datetime, settings: AlertSettings, *, by_person: bool) -> FollowUp:
    """Decide what follows when a group's sum has changed, or a person has acted on it."""
    ended = after.status == AlertStatus.RESOLVED and before.status != AlertStatus.RESOLVED
    fires_now = after.status == AlertStatus.FIRING and before.status != AlertStatus.FIRING
    is_told = before.told_at is not None
    refired = fires_now and before.status == AlertStatus.RESOLVED
    unmuted = fires_now and before.status == AlertStatus.SUPPRESSED
    changes = _changes(before, after, now, settings.flapping)
    flaps = flapping(changes, now, settings.flapping)
    # What is muted begins to flap with the first change that people hear of.
    heard = changes[-1:] == (now,) and after.status != AlertStatus.SUPPRESSED
    flaps_now = flaps is not None and before.flapping_since is None and heard
    since = flaps.first_at if flaps and flaps_now else before.flapping_since if flaps else None
    moments = _moments(before, after, now, ended=ended) | {"changed_at": changes, "flapping_since": since}
    how = Telling.AT_ONCE if by_person else telling(before.state, after)
    told_at = tell_at(how, before.told_at, now, settings)
    return FollowUp(
        group=before.model_copy(update={**dict(after), **moments}),
        tell_at=told_at if is_told else _first_telling(before, after, now, settings),
        ended=ended,
        asks=is_told and fires_now,
        refired=is_told and refired and flaps is None,
        joined=is_told and fires_now and not refired and not unmuted and after.acknowledged > 0,
        flaps=is_told and flaps_now,
        calm_at=flaps.calm_at if flaps else None,
        unmuted=is_told and unmuted and flaps is None,
    )


def _changes(before: Group, after: GroupState, now: datetime, settings: FlappingSettings) -> tuple[datetime, ...]:
    """The moments of the time that counts at which it began or ceased to be heard of, this one included if it is one.

    What an outage mutes and lets go each minute flaps as much as what fires and is resolved each minute.
    """
    held = before.revision > 0 and before.status in _HEARD
    recent = tuple(at for at in before.changed_at if now - settings.within < at)
    return (*recent, now)[-MOST_CHANGES:] if held != (after.status in _HEARD) else recent


def calm(group: Group, now: datetime, settings: FlappingSettings) -> tuple[Group, datetime | None]:
    """The group once some of its changes are long past; and when to look again while it flaps all the same."""
    flaps = flapping(group.changed_at, now, settings)
    if flaps is not None:
        return group, flaps.calm_at
    calmed = {"flapping_since": None, "revision": group.revision + 1}
    return group.model_copy(update=calmed), None


def _first_telling(before: Group, after: GroupState, now: datetime, settings: AlertSettings) -> datetime | None:
    """When a group that was never told is due; None when it is due already, or has nothing to tell.

    One that was muted or taken so far has waited long enough.
    """
    if after.status == AlertStatus.SUPPRESSED:
        return None
    if before.revision == 0:
        return now + settings.group_wait
    if after.status != AlertStatus.FIRING or before.status == AlertStatus.FIRING:
        return None
    return now + settings.group_wait if before.status == AlertStatus.RESOLVED else now


#: A group's owner when nobody has acknowledged it.
NOBODY: dict[str, object] = {"acknowledged_by": None, "acknowledged_at": None, "acknowledgement_expires_at": None}


def _moments(before: Group, after: GroupState, now: datetime, *, ended: bool) -> dict[str, object]:
    """What a change of status does to the group's moments and its owner.

    A group that fires again is open in every respect, told or not, and from now on: how long it lasts and waits is
    counted by the episode, and when it first came stands in its history. One whose acknowledged alerts are over while
    others fire is nobody's; one that is over keeps its owner for the record.
    """
    moments: dict[str, object] = {"revision": before.revision + 1}
    if ended:
        return {**moments, "resolved_at": now}
    if before.status == AlertStatus.SUPPRESSED and after.status == AlertStatus.FIRING:
        moments["unmuted_at"] = now
    elif after.status == AlertStatus.SUPPRESSED:
        moments["unmuted_at"] = None
    if before.status == AlertStatus.RESOLVED and after.status != AlertStatus.RESOLVED:
        again = {"opened_at": now, "resolved_at": None, "unmuted_at": None, "refires": before.refires + 1}
        return {**moments, **NOBODY, **again}
    return {**moments, **NOBODY} if before.acknowledged and not after.acknowledged else moments
