"""What controls mean for what riskbot itself decides; the rest is for orchestrators to keep to."""

from bot.store import controls as store
from bot.store.database import Transaction
from riskengine.response.controls import ControlKind


def tightening(tx: Transaction) -> str:
    """The control that tightens the criteria of escalation now, as a reason names it; empty for none."""
    found = next((each for each in store.active(tx) if each.kind is ControlKind.TIGHTEN_ESCALATION), None)
    return f"cost control {found.id} ({found.kind})" if found else ""
