"""Which alerts were worth reading: what was told, what people did about it, and what to change where it was noise."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from pydantic import BaseModel, ConfigDict

from riskengine.response.advice import Advice, ToldGroup, advise

#: Names that are named as the noisiest, with advice.
NOISIEST = 5


class NameNoise(BaseModel):
    """What the groups of one name came to."""

    model_config = ConfigDict(frozen=True)

    name: str
    groups: int
    alerts: int
    refires: int
    never_acknowledged: int
    useful: int
    judged: int
    #: Medians; None where there is nothing to take one of.
    mtta: timedelta | None
    mttr: timedelta | None
    suppressed: int

    @property
    def times_told(self) -> int:
        """How often somebody's attention was asked for."""
        return self.groups + self.refires


class Noisy(BaseModel):
    """A name that asked for much attention, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    noise: NameNoise
    advice: Advice


class NoiseReport(BaseModel):
    """How the alerts of a span did."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    until: datetime
    total: NameNoise
    #: Every name, those told most first.
    names: tuple[NameNoise, ...]
    noisiest: tuple[Noisy, ...]


def noise_report(
    groups: Sequence[ToldGroup], since: datetime, until: datetime, suppressed: Mapping[str, int] | None = None
) -> NoiseReport:
    """Sum the groups told in a span. `suppressed` counts, by name, alerts that a silence or an inhibition muted."""
    muted = Counter(suppressed or {})
    by_name: defaultdict[str, list[ToldGroup]] = defaultdict(list)
    for group in groups:
        by_name[group.name].append(group)
    names = [_summed(name, by_name[name], muted[name]) for name in {*by_name, *muted}]
    names.sort(key=lambda each: (-each.times_told, -each.alerts, each.name))
    noisiest = [each for each in names if each.groups][:NOISIEST]
    return NoiseReport(
        since=since,
        until=until,
        total=_summed("", groups, muted.total()),
        names=tuple(names),
        noisiest=tuple(Noisy(noise=each, advice=advise(by_name[each.name], groups)) for each in noisiest),
    )


def _summed(name: str, groups: Sequence[ToldGroup], suppressed: int) -> NameNoise:
    return NameNoise(
        name=name,
        groups=len(groups),
        alerts=sum(len(group.episodes) for group in groups),
        refires=sum(group.refires for group in groups),
        never_acknowledged=sum(group.acknowledged_at is None for group in groups),
        useful=sum(group.useful for group in groups),
        judged=sum(group.useful + group.not_useful for group in groups),
        mtta=_median(each.acknowledged_at - each.opened_at for each in groups if each.acknowledged_at),
        mttr=_median(each.resolved_at - each.opened_at for each in groups if each.resolved_at),
        suppressed=suppressed,
    )


def _median(spans: Iterable[timedelta]) -> timedelta | None:
    seconds = [span.total_seconds() for span in spans]
    return timedelta(seconds=median(seconds)) if seconds else None
