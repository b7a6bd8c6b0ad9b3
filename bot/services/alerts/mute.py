"""What is in force mutes alerts as they come in: few silences are read once for a whole batch."""

from collections.abc import Sequence
from datetime import datetime

from bot.store import silences as store
from bot.store.database import Transaction
from riskengine.response.alerts import Alert, AlertStatus, mute
from riskengine.response.matchers import matchable
from riskengine.response.silences import Silence, longest_silencing


def muted(tx: Transaction, begun: Sequence[Alert], changed: Sequence[Alert]) -> tuple[list[Alert], list[Alert]]:
    """The alerts with what silences them now, suppressed where they would fire; `muting.hold_still` came before.

    What is over keeps what muted it; what holds may have become so severe that its silence means it no more.
    """
    asked = bool(begun) or any(alert.status != AlertStatus.RESOLVED for alert in changed)
    in_force = store.in_force(tx) if asked else []
    return (
        [_muted(alert, in_force, tx.now) for alert in begun],
        [alert if alert.status == AlertStatus.RESOLVED else _muted(alert, in_force, tx.now) for alert in changed],
    )


def _muted(alert: Alert, in_force: Sequence[Silence], now: datetime) -> Alert:
    silence = longest_silencing(matchable(alert.name, alert.severity, alert.labels), in_force, now)
    return mute(alert, silenced_by=silence.id if silence else None, inhibited_by=alert.inhibited_by)
