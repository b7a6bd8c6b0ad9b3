"""What riskbot itself has found, in the form in which senders tell of theirs."""

from collections.abc import Mapping
from datetime import datetime

from riskengine.response.alerts import Severity, Signal, SignalStatus, fingerprint_of
from riskengine.rules import SOURCE


def own_signal(
    name: str,
    severity: Severity,
    status: SignalStatus,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    *,
    context: Mapping[str, str] | None = None,
    started_at: datetime | None = None,
) -> Signal:
    """A signal known by its name and labels; those of the `context` are shown, and may change while it holds."""
    return Signal(
        name=name,
        severity=severity,
        status=status,
        labels={**(context or {}), **labels},
        annotations=dict(annotations),
        started_at=started_at,
        fingerprint=fingerprint_of(name, labels),
        source=SOURCE,
    )
