"""What the HTTP API counts, for Prometheus."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

#: Anybody may invent methods; each would be a time series for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Outcome(StrEnum):
    """What became of an item that a sender sent."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class _Overflow(Collector):
    """Calls whose label had too many values, as the service counts them."""

    def __init__(self, overflowed: Mapping[str, int]) -> None:
        self._overflowed = overflowed

    def collect(self) -> Iterator[Metric]:
        words = "Calls with a label value beyond telemetry.label_values, counted as other."
        family = CounterMetricFamily("riskbot_label_overflow_calls", words, labels=["label"])
        for label, number in self._overflowed.items():
            family.add_metric([label], number)
        yield family


class HttpMetrics:
    """Requests by route and status, their durations, and intake items by outcome."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        #: Looking a label up costs more than counting, and every request is counted.
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._counted_items: dict[tuple[str, Outcome], Counter] = {}
        self._requests = Counter(
            "riskbot_http_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self._durations = Histogram(
            "riskbot_http_request_duration_seconds",
            "From the request's head to the end of its answer.",
            ["route"],
            registry=registry,
            buckets=_BUCKETS,
        )
        self._items = Counter(
            "riskbot_intake_items", "Items that senders sent.", ["sender", "outcome"], registry=registry
        )

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        counted = self._counted.get((route, method, status))
        if counted is None:
            counted = self._labelled(route, method if method in _METHODS else "other", status)
            if method in _METHODS:
                self._counted[route, method, status] = counted
        requests, durations = counted
        requests.inc()
        durations.observe(seconds)

    def _labelled(self, route: str, method: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(route, method, str(status)), self._durations.labels(route)

    def watch_labels(self, overflowed: Mapping[str, int]) -> None:
        """Show what is counted elsewhere: label → calls beyond its values."""
        self._registry.register(_Overflow(overflowed))

    def count_items(self, sender: str, outcome: Outcome, number: int) -> None:
        if number:
            counter = self._counted_items.get((sender, outcome)) or self._items.labels(sender, outcome)
            self._counted_items[sender, outcome] = counter
            counter.inc(number)
