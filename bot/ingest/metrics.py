"""What the HTTP API counts, for Prometheus."""

from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Histogram

#: Anybody may invent methods; each would be a time series for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Outcome(StrEnum):
    """What became of an item that a sender sent."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class HttpMetrics:
    """Requests by route and status, their durations, and intake items by outcome."""

    def __init__(self, registry: CollectorRegistry) -> None:
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
        known = method if method in _METHODS else "other"
        self._requests.labels(route, known, str(status)).inc()
        self._durations.labels(route).observe(seconds)

    def count_items(self, sender: str, outcome: Outcome, number: int) -> None:
        if number:
            self._items.labels(sender, outcome).inc(number)
