"""What is in force mutes alerts as they come in: few silences are read once for a whole batch."""

from collections.abc import Sequence

from bot.store import silences as store
from bot.store.database import Transaction
from riskengine.response.alerts import Alert, mute
from riskengine.response.matchers import matchable
from riskengine.response.silences import longest_silencing


def muted(tx: Transaction, alerts: Sequence[Alert]) -> list[Alert]:
    """The alerts with what silences them now, suppressed where they would fire; `muting.hold_still` came before."""
    if not alerts:
        return []
    in_force = store.in_force(tx)
    found = []
    for alert in alerts:
        silence = longest_silencing(matchable(alert.name, alert.severity, alert.labels), in_force, tx.now)
        by = silence.id if silence else None
        found.append(mute(alert, silenced_by=by, inhibited_by=alert.inhibited_by))
    return found
