"""Which tasks go to the stronger model, which models those are, and what they cost."""

from datetime import timedelta

from pydantic import Field

from bot.settings_section import Section
from riskengine.areas.escalation.settings import EscalationCriteria
from riskengine.durations import Duration


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


class PricingSettings(Section):
    """What models cost."""

    file: str = Field("", description="The table of prices; empty means the shipped one.")
