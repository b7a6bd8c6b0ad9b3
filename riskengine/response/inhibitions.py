"""Inhibitions: an alert mutes others that it explains."""

from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from riskengine.areas import Area
from riskengine.response.matchers import Labelled, Matcher, MatchOp, match_all


class Inhibition(BaseModel):
    """While an alert that `source` fits is firing, those that `target` fits and that share `equal` labels are muted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=64)] = Field(description="Told beside what is muted.")
    source: Annotated[tuple[Matcher, ...], Field(min_length=1)] = Field(description="The alert that explains; all fit.")
    target: Annotated[tuple[Matcher, ...], Field(min_length=1)] = Field(description="The alerts explained; all fit.")
    equal: tuple[str, ...] = Field((), description="Labels that both have, with the same value.")


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


def _explains(inhibition: Inhibition, source: Labelled, target: Labelled) -> bool:
    return (
        match_all(inhibition.source, source.labels)
        and not match_all(inhibition.target, source.labels)
        and all(source.labels.get(name, "") == target.labels.get(name) for name in inhibition.equal)
    )
