"""Silences: a person mutes matching alerts until a time, and says why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from riskengine.durations import Duration
from riskengine.moments import Moment
from riskengine.response.matchers import Labelled, Matcher, match_all
from riskengine.response.terms import FilterInvalid, FilterProblem, split_terms, to_matcher

MAX_MATCHERS = 20


class SilenceSettings(BaseModel):
    """How long silences may last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest: Duration = Field(
        timedelta(days=30), description="Longest silence; a longer one hides what should be mended."
    )
    idle_after: Duration = Field(
        timedelta(hours=24), description="A silence that has matched no alert for this long is ended."
    )


class SilenceStatus(StrEnum):
    #: Previewed by its author, not made yet.
    DRAFT = "draft"
    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


class SilenceEnd(StrEnum):
    """Why a silence is over."""

    EXPIRED = "expired"
    ENDED = "ended"
    #: It matched no alert for so long that it hid nothing but the next surprise.
    IDLE = "idle"


class SilenceDraft(BaseModel):
    """A silence as it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    matchers: Annotated[tuple[Matcher, ...], Field(min_length=1, max_length=MAX_MATCHERS)] = Field(
        description="All must match."
    )
    starts_at: Moment | None = Field(None, description="RFC 3339 with an offset; absent: at once.")
    ends_at: Moment
    comment: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="Why, for those who miss the alert."
    )

    @model_validator(mode="after")
    def _does_not_hide_everything(self) -> Self:
        if match_all(self.matchers, {}):
            raise ValueError("these matchers fit alerts without any label; name a label that must be there")
        return self


class SilenceRefused(ValueError):
    """The silence cannot begin; the text says why and what to write instead."""


class Silence(BaseModel):
    """A silence in force, or about to be, or over."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int = 0
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    comment: str
    created_by: str
    created_at: datetime

    def status(self, now: datetime) -> SilenceStatus:
        if now < self.starts_at:
            return SilenceStatus.PENDING
        return SilenceStatus.ACTIVE if now < self.ends_at else SilenceStatus.EXPIRED

    def next_change_at(self, now: datetime) -> datetime | None:
        """When its status changes by itself; None when it is over."""
        status = self.status(now)
        return {SilenceStatus.PENDING: self.starts_at, SilenceStatus.ACTIVE: self.ends_at}.get(status)

    def mutes(self, labels: Mapping[str, str], now: datetime) -> bool:
        return self.status(now) == SilenceStatus.ACTIVE and match_all(self.matchers, labels)


class SilenceRecord(Silence):
    """A silence as it is kept: where its life stands, and what has become of it."""

    #: Where it stands; unlike `status(now)`, which says where it should stand, this is what was done.
    state: SilenceStatus
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_because: SilenceEnd | None = None
    #: Alerts that it has muted; counted while it is in force, kept once it is over.
    hidden: int = 0
    #: Alerts that hold and that it mutes.
    holding: int = 0


def begin(draft: SilenceDraft, *, by: str, now: datetime, settings: SilenceSettings) -> Silence:
    """Turn what is asked for into a silence; raises SilenceRefused where its times make no sense."""
    starts_at = max(now, draft.starts_at or now)
    if draft.ends_at <= starts_at:
        raise SilenceRefused("The silence ends before it begins; give an end in the future, after its start.")
    if draft.ends_at - starts_at > settings.longest:
        raise SilenceRefused(f"A silence lasts at most {settings.longest.days} days; renew it, or mend the rule.")
    return Silence(
        matchers=draft.matchers,
        starts_at=starts_at,
        ends_at=draft.ends_at,
        comment=draft.comment,
        created_by=by,
        created_at=now,
    )


def end(silence: Silence, now: datetime) -> Silence:
    """End it now, or never let it begin; one that is over stays as it was."""
    times = {"starts_at": min(silence.starts_at, now), "ends_at": min(silence.ends_at, now)}
    return silence.model_copy(update=times)


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Read `model=glm-4.5 team!=payments`; raises FilterInvalid with every term that is wrong."""
    terms, problems = split_terms(text)
    matchers = []
    for term in terms:
        try:
            matchers.append(to_matcher(term))
        except ValueError as error:
            problems.append(FilterProblem(term.position, str(error)))
    if problems:
        raise FilterInvalid(sorted(problems))
    return tuple(matchers)


def silencing(labels: Mapping[str, str], silences: Iterable[Silence], now: datetime) -> list[Silence]:
    """Every silence that mutes an alert with these labels."""
    return [silence for silence in silences if silence.mutes(labels, now)]


def longest_silencing(labels: Mapping[str, str], silences: Iterable[Silence], now: datetime) -> Silence | None:
    """The silence that mutes an alert the longest, which is the one to name: its end is when people hear of it."""
    return max(silencing(labels, silences, now), key=lambda silence: silence.ends_at, default=None)


def is_silenced(labels: Mapping[str, str], silences: Iterable[Silence], now: datetime) -> bool:
    return any(silence.mutes(labels, now) for silence in silences)


class Preview(BaseModel):
    """What a silence would have hidden in the last day, and what it hides now."""

    model_config = ConfigDict(frozen=True)

    alerts: int
    #: Of which names, the most first.
    names: tuple[tuple[str, int], ...]
    #: More came in the last day than were looked at.
    is_partial: bool = False
    #: Alerts that hold now, and the names of their groups.
    holding: int = 0
    groups: tuple[str, ...] = ()
    group_count: int = 0


class Tally:
    """Counts what matchers fit among alerts that are shown to it some at a time."""

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self._matchers = tuple(matchers)
        self._names: Counter[str] = Counter()
        self.groups: Counter[int] = Counter()

    def count_recent(self, alerts: Iterable[Labelled]) -> None:
        fitting = (each.labels for each in alerts if match_all(self._matchers, each.labels))
        self._names.update(labels.get("alertname", "") for labels in fitting)

    def count_holding(self, alerts: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        """Alerts that hold, each with its group."""
        self.groups.update(group for group, labels in alerts if match_all(self._matchers, labels))

    def preview(self, *, is_partial: bool = False, groups: Sequence[str] = ()) -> Preview:
        return Preview(
            alerts=self._names.total(),
            names=tuple(self._names.most_common()),
            is_partial=is_partial,
            holding=self.groups.total(),
            groups=tuple(groups),
            group_count=len(self.groups),
        )


def preview(matchers: Sequence[Matcher], alerts: Iterable[Labelled]) -> Preview:
    """Count the alerts, say of the last day, that matchers fit."""
    tally = Tally(matchers)
    tally.count_recent(alerts)
    return tally.preview()


def is_idle(silence: Silence, matched_at: datetime | None, now: datetime, settings: SilenceSettings) -> bool:
    """Whether an active silence has matched no alert for so long that it hides nothing but the next surprise."""
    if silence.status(now) != SilenceStatus.ACTIVE:
        return False
    return now - max(matched_at or silence.starts_at, silence.starts_at) >= settings.idle_after
