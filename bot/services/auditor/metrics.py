"""What the auditor counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter


class AuditorMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._findings = Counter(
            "riskbot_audit_findings",
            "Things that were due and not done, by check; repaired, or only told where nothing can be.",
            ["check", "outcome"],
            registry=registry,
        )

    def count(self, check: str, outcome: str, number: int) -> None:
        if number:
            self._findings.labels(check, outcome).inc(number)
