"""Decisions on tasks for programs and people."""

from bot.settings_escalation import EscalationSettings
from riskengine.areas.escalation import Decision, EscalationTask, decide


class EscalationDesk:
    """Each verb is one use case."""

    def __init__(self, settings: EscalationSettings) -> None:
        self._settings = settings

    async def decide(self, task: EscalationTask) -> Decision:
        """Decide, and store nothing."""
        return decide(task, self._settings)
