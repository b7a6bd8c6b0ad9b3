"""What is measured of people's presses, for Prometheus."""

from prometheus_client import CollectorRegistry, Histogram

#: Close together around 10 ms, the aim beside saturated intake; the last one is where a press is given up.
_BUCKETS = (0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5)


class PressMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.commit_seconds = Histogram(
            "riskbot_press_commit_seconds",
            "From the arrival of a press at its listener to its commit, a refusal included.",
            registry=registry,
            buckets=_BUCKETS,
        )
