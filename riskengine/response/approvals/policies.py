"""Approval policies: who is asked, in which order, for how long, and how many it takes."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from riskengine.durations import Duration, written


class CommentRule(StrEnum):
    """When a decision needs a reason in words."""

    NEVER = "never"
    ON_REJECT = "on_reject"
    ALWAYS = "always"


class OnReject(StrEnum):
    """What a rejection does: it ends the request, or it asks the next tier, and ends it at the last."""

    REJECT = "reject"
    NEXT_TIER = "next_tier"


class Tier(BaseModel):
    """One step of a policy: whom it asks, and for how long before the next one is asked as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=40, description="What it is called on cards, like `primary`.")
    roles: tuple[str, ...] = Field(min_length=1, description="Roles of `people.roles` whose people are asked.")
    timeout: Duration = Field(gt=timedelta(0), description="How long it is asked before the next tier is.")
    reminders: tuple[Duration, ...] = Field((), description="When it is reminded, counted from when it was asked.")

    @model_validator(mode="after")
    def _reminders_come_in_time(self) -> Self:
        ordered = sorted(set(self.reminders))
        if list(self.reminders) != ordered or any(each <= timedelta(0) for each in ordered):
            raise ValueError(f"reminders of tier {self.name} must rise, from above 0s")
        if ordered and ordered[-1] >= self.timeout:
            raise ValueError(f"tier {self.name} reminds at {written(ordered[-1])}, but ends at {written(self.timeout)}")
        return self


class Policy(BaseModel):
    """Tiers in their order, and the rules of deciding. A request keeps its own copy from its opening on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tiers: tuple[Tier, ...] = Field(min_length=1, description="Asked one after the other; earlier ones stay asked.")
    quorum: int = Field(1, ge=1, description="Different people who must approve.")
    comments: CommentRule = Field(CommentRule.ON_REJECT, description="When a decision needs a comment.")
    on_reject: OnReject = Field(OnReject.REJECT, description="Whether a rejection ends the request.")
    valid_for: Duration = Field(
        timedelta(hours=24), gt=timedelta(0), description="How long after an approval its subject may be executed."
    )
    hard_deadline: Duration = Field(
        timedelta(hours=24), description="Longest life of a request, edits and outages included."
    )

    @model_validator(mode="after")
    def _every_tier_has_its_time(self) -> Self:
        asked = sum((tier.timeout for tier in self.tiers), timedelta())
        if self.hard_deadline < asked:
            raise ValueError(f"hard_deadline {written(self.hard_deadline)} ends before the tiers do, {written(asked)}")
        if len({tier.name for tier in self.tiers}) != len(self.tiers):
            raise ValueError("two tiers have the same name")
        return self

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role of every tier, each once."""
        return tuple(dict.fromkeys(role for tier in self.tiers for role in tier.roles))


def _minutes(*numbers: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=each) for each in numbers)


_PRIMARY_ROLES = ("tech_lead", "architect", "security_lead")
_EMERGENCY_ROLES = ("cto", "vp_engineering")
_PRIMARY = Tier(name="primary", roles=_PRIMARY_ROLES, timeout=timedelta(minutes=30), reminders=_minutes(15))
_SECONDARY = Tier(
    name="secondary",
    roles=("engineering_manager", "product_manager"),
    timeout=timedelta(minutes=60),
    reminders=_minutes(15, 30, 45),
)
_AT_ONCE = Tier(
    name="primary", roles=_PRIMARY_ROLES + _EMERGENCY_ROLES, timeout=timedelta(minutes=15), reminders=_minutes(5, 10)
)
_LAST = Tier(name="emergency", roles=_EMERGENCY_ROLES, timeout=timedelta(minutes=15))

STANDARD, EMERGENCY, EMERGENCY_SEQUENTIAL = "standard", "emergency", "emergency_sequential"
#: An emergency asks its approvers at once; the strictly sequential order is there for who wants it.
SHIPPED: Mapping[str, Policy] = {
    STANDARD: Policy(tiers=(_PRIMARY, _SECONDARY)),
    EMERGENCY: Policy(tiers=(_AT_ONCE, _SECONDARY)),
    EMERGENCY_SEQUENTIAL: Policy(tiers=(_PRIMARY, _SECONDARY, _LAST)),
}
