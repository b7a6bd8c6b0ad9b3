"""Inhibitions: an alert mutes others that it explains."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from riskengine.areas import Area
from riskengine.response.matchers import Labelled, Matcher, MatchOp, match_all
from riskengine.response.silences import parse_matchers


def _read(value: object) -> object:
    """Matchers may be written as people type them: `area=providers severity=~critical|high`."""
    return parse_matchers(value) if isinstance(value, str) else value


Matchers = Annotated[tuple[Matcher, ...], BeforeValidator(_read), Field(min_length=1)]


class Inhibition(BaseModel):
    """While an alert that `source` fits holds, those that `target` fits and that share `equal` labels are muted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=64)] = Field(description="Told beside what is muted.")
    source: Matchers = Field(description="The alert that explains, as a filter; all of it fits.")
    target: Matchers = Field(description="The alerts explained, as a filter; all of it fits.")
    equal: tuple[str, ...] = Field((), description="Labels that both have, with the same value.")

    def __str__(self) -> str:
        return self.name


class Side(StrEnum):
    """What an alert is to an inhibition."""

    SOURCE = "source"
    TARGET = "target"


class Standing(NamedTuple):
    """An alert on one side of an inhibition; those on the other side with the same key are its counterparts."""

    key: str
    side: Side


class Inhibitor(NamedTuple):
    """Which alert mutes, and by which inhibition."""

    inhibition: str
    fingerprint: str


#: A provider that is out explains what is wrong with its models. A model's alert names its provider only in its
#: context, and only when it has just one; labels and context together are what is matched here.
DEFAULT_INHIBITIONS = (
    Inhibition(
        name="provider outage",
        source=(
            Matcher(label="area", value=Area.PROVIDERS),
            Matcher(label="severity", op=MatchOp.LIKE, value="critical|high"),
        ),
        target=(
            Matcher(label="area", op=MatchOp.NOT_EQUAL, value=Area.PROVIDERS),
            Matcher(label="model", op=MatchOp.NOT_EQUAL, value=""),
        ),
        equal=("provider",),
    ),
    # Where a budget is exceeded, nobody needs to hear again that four fifths of it are spent.
    Inhibition(
        name="budget exceeded",
        source=(Matcher(label="alertname", op=MatchOp.LIKE, value="*_budget_exceeded"),),
        target=(Matcher(label="alertname", op=MatchOp.LIKE, value="*_budget_*_percent"),),
        equal=("budget",),
    ),
)


def inhibited_by(
    alert: Labelled, firing: Iterable[Labelled], inhibitions: Sequence[Inhibition] = DEFAULT_INHIBITIONS
) -> Inhibitor | None:
    """The first firing alert that mutes this one, or None.

    An alert that is itself on the target's side mutes nobody by that inhibition, so two alerts never mute each other
    by the same one, and none mutes itself.
    """
    relevant = [each for each in inhibitions if match_all(each.target, alert.labels)]
    if not relevant:
        return None
    for source in firing:
        for inhibition in relevant:
            if source.fingerprint != alert.fingerprint and _explains(inhibition, source, alert):
                return Inhibitor(inhibition.name, source.fingerprint)
    return None


def standings(labels: Mapping[str, str], inhibitions: Sequence[Inhibition] = DEFAULT_INHIBITIONS) -> set[Standing]:
    """Where an alert stands in all of them, so that counterparts are found by their key instead of one by one.

    Of two alerts one mutes the other, as `inhibited_by` has it, just when the one is a source and the other a target
    of the same key.
    """
    found = set()
    for each in inhibitions:
        if match_all(each.target, labels):
            if all(name in labels for name in each.equal):
                found.add(Standing(_key(each, labels), Side.TARGET))
        elif match_all(each.source, labels):
            found.add(Standing(_key(each, labels), Side.SOURCE))
    return found


def _key(inhibition: Inhibition, labels: Mapping[str, str]) -> str:
    """A digest, short enough for an index, of the inhibition and what both sides must share."""
    shared = [inhibition.name, *(labels.get(name, "") for name in inhibition.equal)]
    canonical = json.dumps(shared, ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def digest_of(inhibitions: Sequence[Inhibition]) -> str:
    """Tells whether alerts were weighed by these very inhibitions."""
    canonical = json.dumps([each.model_dump(mode="json") for each in inhibitions], sort_keys=True)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _explains(inhibition: Inhibition, source: Labelled, target: Labelled) -> bool:
    return (
        match_all(inhibition.source, source.labels)
        and not match_all(inhibition.target, source.labels)
        and all(source.labels.get(name, "") == target.labels.get(name) for name in inhibition.equal)
    )
