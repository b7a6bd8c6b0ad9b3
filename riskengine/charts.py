"""What a picture of an alert shows: the rule's own figure, minute by minute, and the limit that it was held against."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from riskengine.areas.performance import metric_values
from riskengine.conditions import Measured
from riskengine.metrics import MetricName, metric_of
from riskengine.rollups import Rollup
from riskengine.rules import CompiledRule
from riskengine.windows import MINUTE, Window, WindowStats, minute_of, minute_start

#: What a picture looks back on.
SPAN = timedelta(hours=1)


class Chart(BaseModel):
    """One line over time and its limit; a gap is None. Moments are the ends of the windows that were judged."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["alert"] = "alert"
    title: str
    measure: str
    unit: str
    moments: tuple[datetime, ...]
    values: tuple[float | None, ...]
    limits: tuple[float | None, ...]
    limit_label: str
    #: It fires above the limit, or else below it.
    fires_above: bool
    began_at: datetime
    #: Of the clock below the picture, which cannot know its reader's.
    time_zone: str

    @property
    def spoken(self) -> str:
        """What the picture shows, for whoever cannot see it."""
        known = [value for value in self.values if value is not None]
        span = f"from {min(known):.3g} to {max(known):.3g} {self.unit}".strip() if known else "without data"
        return f"{self.measure}, {span}; {self.limit_label}"


def reach(compiled: CompiledRule, now: datetime, settle: timedelta) -> Window:
    """The minutes that a picture is drawn from: the last hour, and what the first window of it needs before."""
    return Window.ending(now, SPAN + compiled.rule.window, settle)


def chart_of(
    compiled: CompiledRule,
    subject: str,
    minutes: Mapping[int, Rollup],
    over: Window,
    *,
    began_at: datetime,
    baseline: Decimal | None = None,
    time_zone: str = "UTC",
) -> Chart | None:
    """Judge the rule again for each minute of the last hour; None for a condition that compares no metric.

    Every point is the figure of a whole window of the rule, so the line crosses the limit where the rule saw it cross.
    """
    length = compiled.rule.window // MINUTE
    ends = range(over.first + length, over.end + 1)
    judged = [compiled.condition.measured(_values(compiled, minutes, end, length, baseline)) for end in ends]
    chosen = _chosen(judged, max(0, min(minute_of(began_at) - ends.start, len(judged) - 1)))
    if chosen is None:
        return None
    line = [measured[chosen] for measured in judged]
    word, sign = left_of(line[0]), line[0].sign
    metric = metric_of(word)
    scale = 100 if metric and metric.share_of else 1
    limits = [_scaled(each.right, scale) for each in line]
    last = next((each.right for each in reversed(line) if each.right is not None), None)
    return Chart(
        title=" · ".join(filter(None, [compiled.rule.name, subject])),
        measure=metric.told_as if metric else word,
        unit=metric.told_unit if metric else "",
        moments=tuple(minute_start(end) for end in ends),
        values=tuple(_scaled(each.left, scale) for each in line),
        limits=tuple(limits),
        limit_label=f"limit {metric.told(last) if metric else last}",
        fires_above=sign in {">", ">="},
        began_at=began_at,
        time_zone=time_zone,
    )


def left_of(measured: Measured) -> str:
    """What stands before the comparison's sign, as it was written."""
    return measured.text.split(measured.sign)[0].strip()


def _chosen(judged: list[list[Measured]], fired: int) -> int | None:
    """Which comparison to draw: the first that held when it fired, among those of a metric if there are any."""
    at_start = list(enumerate(judged[fired])) if judged else []
    order = sorted(at_start, key=lambda each: (metric_of(left_of(each[1])) is None, each[1].holds is not True, each[0]))
    return order[0][0] if order else None


def _values(
    compiled: CompiledRule, minutes: Mapping[int, Rollup], end: int, length: int, baseline: Decimal | None
) -> dict[str, Decimal | None]:
    mine = [minutes[each] for each in range(end - length, end) if each in minutes]
    seconds = int(compiled.rule.window.total_seconds())
    stats = WindowStats.of(Rollup.total(mine), seconds, compiled.rule.minimum_samples)
    return {**metric_values(stats, None), MetricName.BASELINE: baseline}


def _scaled(value: Decimal | None, scale: int) -> float | None:
    return None if value is None else float(value * scale)
