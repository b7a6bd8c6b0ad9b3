"""The metrics that a rule's condition may read, each with its unit in its name."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class MetricName(StrEnum):
    RESPONSE_TIME_MEAN = "response_time_mean_seconds"
    RESPONSE_TIME_P50 = "response_time_p50_seconds"
    RESPONSE_TIME_P95 = "response_time_p95_seconds"
    RESPONSE_TIME_P99 = "response_time_p99_seconds"
    TIME_TO_FIRST_TOKEN = "time_to_first_token_mean_seconds"  # noqa: S105 - a token of text
    ERROR_RATIO = "error_ratio"
    ESCALATED_RATIO = "escalated_ratio"
    THROUGHPUT = "throughput_calls_per_second"
    BASELINE = "baseline_calls_per_second"
    CALLS = "calls"
    COMPLAINTS = "user_complaints"


class Metric(NamedTuple):
    """A metric as people read of it; `alias` is the shorter word that a condition may use."""

    name: MetricName
    unit: str
    description: str
    alias: str = ""
    #: A part of a whole, 0 to 1 in conditions; people are told per cent of this.
    share_of: str = ""

    @property
    def told_as(self) -> str:
        """What a value of it is called in a sentence."""
        return self.share_of or self.description

    @property
    def told_unit(self) -> str:
        return "%" if self.share_of else self.unit

    def told(self, value: Decimal | None) -> str:
        """A value with its unit, as people read it: `4.8 s`, `7.1 %`."""
        if value is None:
            return "no data"
        return " ".join(filter(None, [written(value * 100 if self.share_of else value), self.told_unit]))


def written(value: Decimal) -> str:
    """Three significant digits, more where the whole part has more, without an exponent."""
    if abs(value) >= 1000:  # noqa: PLR2004 - three digits and no fraction
        return format(value.quantize(Decimal(1)), "f")
    return format(Decimal(format(value, ".3g")).normalize(), "f")


METRICS = (
    Metric(MetricName.RESPONSE_TIME_MEAN, "s", "mean response time", "avg_response_time"),
    Metric(MetricName.RESPONSE_TIME_P50, "s", "response time that half of the calls do not exceed"),
    Metric(MetricName.RESPONSE_TIME_P95, "s", "response time that 95 % of the calls do not exceed"),
    Metric(MetricName.RESPONSE_TIME_P99, "s", "response time that 99 % of the calls do not exceed"),
    Metric(MetricName.TIME_TO_FIRST_TOKEN, "s", "mean time to the first token"),
    Metric(MetricName.ERROR_RATIO, "", "failed calls over all calls, 0 to 1", "error_rate", "failed calls"),
    Metric(MetricName.ESCALATED_RATIO, "", "escalated calls over all calls, 0 to 1", "", "escalated calls"),
    Metric(MetricName.THROUGHPUT, "calls/s", "throughput", "throughput"),
    Metric(MetricName.BASELINE, "calls/s", "the throughput that is normal for this time", "baseline"),
    Metric(MetricName.CALLS, "calls", "calls in the window"),
    Metric(MetricName.COMPLAINTS, "", "complaints by people"),
)

#: Every word that a condition may use → the metric it means.
SPELLINGS: Mapping[str, str] = {
    **{metric.name.value: metric.name.value for metric in METRICS},
    **{metric.alias: metric.name.value for metric in METRICS if metric.alias},
}

_BY_NAME = {metric.name.value: metric for metric in METRICS}


def metric_of(word: str) -> Metric | None:
    """The metric that a word of a condition means; None for anything else, as for a calculation."""
    return _BY_NAME.get(SPELLINGS.get(word.strip(), ""))
