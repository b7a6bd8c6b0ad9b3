"""Calls told by programs that know nothing of escalations: those of the stronger model are marked as escalated.

So a proxy's fallback onto the stronger model, which nobody approved, counts in the escalation rate like any other.
"""

from collections.abc import Callable, Sequence

from bot.services.telemetry.desk import TelemetryDesk
from riskengine.telemetry import ModelCall

#: Whether a model's name is the stronger model's.
IsStronger = Callable[[str], bool]


def nobody_is_stronger(_name: str) -> bool:
    """Where it is not known which model is the stronger one."""
    return False


class EscalatedCalls:
    """Marks calls and stores them."""

    def __init__(self, desk: TelemetryDesk, is_stronger: IsStronger) -> None:
        self._desk = desk
        self._is_stronger = is_stronger

    async def receive(self, calls: Sequence[ModelCall], source: str) -> list[bool]:
        """Store calls durably; tells of each, in their order, whether it was new."""
        return await self._desk.receive([self._marked(call) for call in calls], source)

    def _marked(self, call: ModelCall) -> ModelCall:
        return call.model_copy(update={"escalated": True}) if self._is_stronger(call.model) else call
