"""Which tasks go to the stronger model, which models those are, and what they cost."""

from pydantic import Field

from bot.settings_section import Section
from riskengine.areas.escalation.settings import EscalationCriteria


class EscalationSettings(EscalationCriteria):
    """Whether a task goes to the stronger model, with people's approval."""

    default_model: str = Field("glm-4.5", description="Does the work that is not escalated.")
    stronger_model: str = Field(
        "claude-4.1-opus",
        description="Does what is escalated; a retired model's successor, by the price table, runs in its place.",
    )


class PricingSettings(Section):
    """What models cost."""

    file: str = Field("", description="The table of prices; empty means the shipped one.")
