"""Watches how fast, how well and how much the models answer: for each model, each role, or all together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from riskengine.baselines import Baseline, BaselineSettings, Comparable, comparable_windows
from riskengine.conditions import Measured
from riskengine.kleene import Truth, conjunction
from riskengine.metrics import MetricName
from riskengine.rollups import Rollup
from riskengine.rules import CompiledRule, Per, Rule
from riskengine.series import Dimension, Series, sum_by
from riskengine.statistics import DropEvidence, DropLimits, DropWindows, shortfall
from riskengine.windows import Window, WindowStats


class Subject(NamedTuple):
    """What a rule is judged for, with its calls of the window."""

    series: Series
    rollup: Rollup
    #: Who answered; a model's alert is muted by an outage of its only provider.
    providers: frozenset[str]

    @property
    def context(self) -> dict[str, str]:
        """Labels that do not identify the alert, since they may change while it holds."""
        return {"provider": next(iter(self.providers))} if len(self.providers) == 1 else {}


def subjects(
    rows: Iterable[tuple[Series, Rollup]], rule: Rule, per: Per, known: Collection[Series] = ()
) -> list[Subject]:
    """Sum a window's rollups for each subject in the rule's scope, in the order of their names.

    Rows may be of single minutes; summed by series beforehand, they serve many rules for the price of one summing.
    Series of `known` count as silent where the window has none of their calls: silence is a drop, too. Calls that tell
    no role are nobody's in the rule for each role.
    """
    silent = [(series, Rollup()) for series in known]
    scope = rule.scope
    scoped = [row for row in [*rows, *silent] if _in_scope(row[0], scope)]
    kept = per.dimensions
    summed = sum_by(scoped, kept) or ({Series(): Rollup()} if per == Per.NONE else {})
    providers: dict[Series, set[str]] = {name: set() for name in summed}
    for series, rollup in scoped:
        providers[series.only(kept)].update({series.provider} if rollup.calls and series.provider else ())
    named = sorted(name for name in summed if all(name.labels.get(each) for each in kept))
    return [Subject(name, summed[name], frozenset(providers[name])) for name in named]


def _in_scope(series: Series, scope: Mapping[Dimension, str]) -> bool:
    return all(getattr(series, dimension) == value for dimension, value in scope.items())


class ThroughputPlan(NamedTuple):
    """Which windows a subject's calls are counted in, to weigh its throughput."""

    windows: DropWindows
    comparables: tuple[Comparable | None, ...]

    @classmethod
    def of(
        cls,
        window: Window,
        recorded_since: datetime,
        incidents: Sequence[Window],
        settings: BaselineSettings,
        limits: DropLimits,
    ) -> Self:
        """Plan for a subject whose calls are recorded since then; windows with incidents are left out."""
        windows = DropWindows.ending(window, limits)
        return cls(windows, tuple(comparable_windows(each, recorded_since, incidents, settings) for each in windows))

    @property
    def spans(self) -> list[Window]:
        """Every window in which calls must be known, minute by minute."""
        return [*self.windows, *(window for each in self.comparables if each for window in each.windows)]

    def weigh(self, calls_by_minute: Mapping[int, int], limits: DropLimits) -> "Throughput":
        """Weigh the calls of one subject; a minute that is not told had none."""
        baselines = [each and Baseline.of(each, calls_by_minute) for each in self.comparables]
        counts = [sum(calls_by_minute.get(minute, 0) for minute in window.minutes) for window in self.windows]
        short, double, long = (
            shortfall(calls, baseline, limits) for calls, baseline in zip(counts, baselines, strict=True)
        )
        return Throughput(baseline=baselines[0], evidence=DropEvidence(short=short, double=double, long=long))


class Throughput(BaseModel):
    """What is normal for a subject, and whether less than that is more than noise."""

    model_config = ConfigDict(frozen=True)

    baseline: Baseline | None
    evidence: DropEvidence


class Observation(BaseModel):
    """What a rule found for one subject at one moment."""

    model_config = ConfigDict(frozen=True)

    rule: str
    #: Identify the alert, together with its name.
    labels: dict[str, str]
    context: dict[str, str]
    result: Truth
    samples: int
    values: dict[str, Decimal | None]
    measured: tuple[Measured, ...]
    throughput: Throughput | None


def metric_values(
    stats: WindowStats, baseline: Baseline | None, complaints: int | None = None
) -> dict[str, Decimal | None]:
    """Every metric of a window by its name; None is no data."""
    return {
        MetricName.RESPONSE_TIME_MEAN: stats.response_time_mean_seconds,
        MetricName.RESPONSE_TIME_P50: stats.response_time_p50_seconds,
        MetricName.RESPONSE_TIME_P95: stats.response_time_p95_seconds,
        MetricName.RESPONSE_TIME_P99: stats.response_time_p99_seconds,
        MetricName.TIME_TO_FIRST_TOKEN: stats.time_to_first_token_mean_seconds,
        MetricName.ERROR_RATIO: stats.error_ratio,
        MetricName.ESCALATED_RATIO: stats.escalated_ratio,
        MetricName.THROUGHPUT: stats.calls_per_second,
        MetricName.BASELINE: baseline.calls_per_second if baseline else None,
        MetricName.CALLS: Decimal(stats.calls),
        MetricName.COMPLAINTS: None if complaints is None else Decimal(complaints),
    }


def observe(
    compiled: CompiledRule,
    subject: Subject,
    throughput: Throughput | None,
    limits: DropLimits,
    complaints: int | None = None,
) -> Observation:
    """Judge a rule for a subject; `throughput` and `complaints` are asked for when the rule needs them."""
    rule, condition = compiled
    seconds = int(rule.window.total_seconds())
    stats = WindowStats.of(subject.rollup, seconds, rule.minimum_samples)
    values = metric_values(stats, throughput.baseline if throughput else None, complaints)
    result = condition.holds(values)
    if compiled.needs_drop_evidence:
        result = conjunction([result, throughput.evidence.verdict(limits) if throughput else None])
    return Observation(
        rule=rule.name,
        labels={"area": rule.area.value, **rule.labels, **subject.series.labels},
        context=subject.context,
        result=result,
        samples=stats.calls,
        values=values,
        measured=tuple(condition.measured(values)),
        throughput=throughput,
    )
