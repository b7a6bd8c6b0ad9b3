"""How people are asked for approvals."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from bot.settings_section import Section
from riskengine.durations import Duration
from riskengine.response.approvals import policies as shipped
from riskengine.response.approvals.policies import Policy


class ApprovalSettings(Section):
    """How people are asked for approvals: where, by which policy, and what happens around it."""

    channel: str = Field("#escalations", description="Shows a card of every request; reminders go into its thread.")
    policies: dict[str, Policy] = Field(
        dict(shipped.SHIPPED), description="Policies by name; your own come to the shipped ones, or take their place."
    )
    default_policy: str = Field(shipped.STANDARD, description="Policy of a request that is no emergency.")
    emergency_policy: str = Field(shipped.EMERGENCY, description="Policy of an emergency.")
    policy_of_kind: dict[str, str] = Field(
        {}, description="Kind of request → its policy, where it is not the default; emergencies keep theirs."
    )
    break_glass_role: str = Field(
        "break_glass", description="Role whose people may approve alone, with a reason; nobody while it has no people."
    )
    security_channel: str = Field(
        "", description="Told at once when somebody breaks the glass; empty means the alerts' channel for troubles."
    )
    execution_lost_after: Duration = Field(
        timedelta(hours=1),
        gt=timedelta(0),
        description="An execution that nobody reports as ended counts as `unknown` after this.",
    )
    kept_for: Duration = Field(
        timedelta(days=365),
        gt=timedelta(0),
        description="How long a request that is over is kept, with its subject, votes, messages and execution; the "
        "audit keeps its rows.",
    )

    @field_validator("policies", mode="before")
    @classmethod
    def _shipped_ones_stay(cls, given: object) -> object:
        """A policy of one's own need not repeat the others."""
        if not isinstance(given, Mapping):
            return given
        policies: dict[Any, Any] = {**shipped.SHIPPED, **given}
        return policies

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        named = {
            "default_policy": self.default_policy,
            "emergency_policy": self.emergency_policy,
            **{f"policy_of_kind.{kind}": name for kind, name in self.policy_of_kind.items()},
        }
        for key, name in named.items():
            if name not in self.policies:
                raise ValueError(f"{key} names {name!r}; there are the policies {', '.join(self.policies)}")
        return self

    def policy_for(self, kind: str, *, emergency: bool) -> str:
        """The name of the policy that a new request of this kind gets."""
        return self.emergency_policy if emergency else self.policy_of_kind.get(kind, self.default_policy)
