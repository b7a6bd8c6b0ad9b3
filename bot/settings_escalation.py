"""Which tasks go to the stronger model, and which models those are."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from bot.settings_section import Section
from riskengine.areas.escalation.indicators import IndicatorSettings
from riskengine.areas.escalation.settings import EscalationCriteria
from riskengine.durations import Duration


class AvailabilitySettings(Section):
    """How riskbot measures whether it was there; replicas share one beat."""

    beat_every: Duration = Field(timedelta(seconds=15), gt=timedelta(0), description="Time between two signs of life.")
    outage_after: Duration = Field(
        timedelta(minutes=1), gt=timedelta(0), description="A longer gap between them is kept as an outage."
    )
    kept_for: Duration = Field(timedelta(days=365), description="How long outages are kept.")

    @model_validator(mode="after")
    def _beats_often_enough(self) -> Self:
        """Else every beat would end an outage."""
        if self.outage_after < self.beat_every * 2:
            raise ValueError("outage_after must be at least twice beat_every")
        return self


class EscalationSettings(EscalationCriteria):
    """Whether a task goes to the stronger model, with people's approval."""

    default_model: str = Field("glm-4.5", description="Does the work that is not escalated.")
    stronger_model: str = Field(
        "claude-4.1-opus",
        description="Does what is escalated; a retired model's successor, by the price table, runs in its place.",
    )
    ask_need_after: Duration = Field(
        timedelta(hours=1),
        gt=timedelta(0),
        description="Time from the execution of an approved escalation, or from its approval while none is reported, "
        "until its approvers are asked whether it was needed.",
    )
    history: Duration = Field(
        timedelta(days=30),
        gt=timedelta(0),
        description="How far back similar tasks are looked for, to tell a decision that is probably wrong.",
    )
    indicators: IndicatorSettings = IndicatorSettings()
    availability: AvailabilitySettings = AvailabilitySettings()
