"""Settings of what calls cost, and of what is done about it."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.settings_section import Section
from riskengine.areas.cost.budgets import Budget, Period
from riskengine.areas.cost.limits import CostLimits
from riskengine.durations import Duration
from riskengine.response.controls import ControlPolicy

_ModelName = Annotated[str, Field(min_length=1, max_length=200)]
_Ratio = Annotated[Decimal, Field(gt=0, le=1, max_digits=12, decimal_places=6)]
_Usd = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=6)]


class PricingSettings(Section):
    """What models cost, and when riskbot says that something is wrong with prices."""

    file: str = Field("", description="The table of prices; empty means the shipped one.")
    interval: Duration = Field(
        timedelta(minutes=1),
        gt=timedelta(0),
        description="Time between two looks at calls without a price and at senders' figures.",
    )
    window: Duration = Field(
        timedelta(days=1), ge=timedelta(minutes=1), description="The calls of the last so long are looked at."
    )
    unpriced_tokens: int = Field(
        1, ge=1, description="Tokens of a model without a price, within the window, from which that is an alert."
    )
    differ_ratio: _Ratio = Field(
        Decimal("0.1"),
        description="Share of our sum by which senders' figures may differ, either way, until that is an alert.",
    )
    differ_usd: _Usd = Field(
        Decimal("0.01"), description="US dollars below which such a difference is too small to tell."
    )
    increase_told_for: Duration = Field(
        timedelta(days=7),
        gt=timedelta(0),
        description="The alert of a price increase resolves by itself so long after its first day.",
    )


class ForecastSettings(Section):
    """How a month's end is projected."""

    history_days: int = Field(
        84,
        ge=14,
        le=400,
        description="Whole days before today that the weekday profile and the growth are learned from.",
    )
    draws: int = Field(1_000, ge=200, le=20_000, description="Sums drawn for the interval that holds 90 %.")


class BudgetSettings(Section):
    """How much may be spent, in the organisation's days, weeks (from Monday) and months."""

    daily_usd: Decimal = Field(
        Decimal(50),
        ge=0,
        max_digits=15,
        decimal_places=6,
        description="US dollars a day for everything; 0 for no such budget.",
    )
    weekly_usd: Decimal = Field(
        Decimal(350), ge=0, max_digits=15, decimal_places=6, description="US dollars a week; 0 for no such budget."
    )
    monthly_usd: Decimal = Field(
        Decimal(1_500), ge=0, max_digits=15, decimal_places=6, description="US dollars a month; 0 for no such budget."
    )
    more: tuple[Budget, ...] = Field((), description="Further budgets, for a team, role, model or provider.")
    longest_raise: Duration = Field(
        timedelta(days=31), gt=timedelta(0), description="How long a raise that people are asked for may last."
    )
    limits: CostLimits = CostLimits()
    forecast: ForecastSettings = ForecastSettings()

    @property
    def all(self) -> tuple[Budget, ...]:
        """The three of the organisation, as far as they are wanted, then the others."""
        amounts = {Period.DAY: self.daily_usd, Period.WEEK: self.weekly_usd, Period.MONTH: self.monthly_usd}
        own = [Budget(name=period.adjective, period=period, usd=usd) for period, usd in amounts.items() if usd]
        return (*own, *self.more)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        """The name tells one from another in alerts, raises and the database."""
        taken = [*(period.adjective for period in Period), *(each.name for each in self.more)]
        if twice := sorted({name for name in taken if taken.count(name) > 1}):
            raise ValueError(f"more: the name {', '.join(twice)} is taken; give each budget a name of its own")
        return self


class TighteningSettings(Section):
    """Answers a high escalation rate: a task takes `escalation.tightened_line` to be escalated."""

    policy: ControlPolicy = Field(
        ControlPolicy.PROPOSE, description="What a high escalation rate does: nothing, a proposal, or the control."
    )
    ends_with_condition: bool = Field(
        False, description="Ends when the rate is low again; it may be low only because of the control."
    )


class RateLimitingSettings(Section):
    """Answers a month that is going to cost more than its budget: orchestrators call models less often."""

    policy: ControlPolicy = Field(
        ControlPolicy.PROPOSE, description="What a projected overrun does: nothing, a proposal, or the control."
    )
    ends_with_condition: bool = Field(
        False, description="Ends when the projection is within the budget again; it may be so only because of it."
    )
    calls_per_minute: int = Field(
        60, gt=0, description="Model calls a minute that all orchestrators together keep to; emergencies are exempt."
    )


class CostSavingSettings(Section):
    """Answers a day that has cost more than its budget: orchestrators prefer cheaper models."""

    policy: ControlPolicy = Field(
        ControlPolicy.PROPOSE, description="What an exceeded daily budget does: nothing, a proposal, or the control."
    )
    ends_with_condition: bool = Field(
        True, description="Ends when the day's budget is not exceeded any more: at midnight, or when it is raised."
    )
    prefer_models: tuple[_ModelName, ...] = Field(
        ("glm-4.5",), min_length=1, description="Models to use in place of dearer ones, the first that serves the task."
    )


class ControlSettings(Section):
    """Temporary limits that answer to cost; each is a card that says what it does, and can be reversed by a press."""

    channel: str = Field(
        "", description="Shows their cards; empty means the first channel that hears alerts of the area cost."
    )
    lasts: Duration = Field(
        timedelta(hours=24), gt=timedelta(minutes=1), description="A control ends by itself after this time."
    )
    proposed_for: Duration = Field(
        timedelta(hours=24), gt=timedelta(0), description="A proposal that nobody presses is dropped after this time."
    )
    pause: Duration = Field(
        timedelta(hours=12),
        description="After somebody ended or declined a control, its condition neither proposes nor starts it again "
        "for this time.",
    )
    tighten_escalation: TighteningSettings = TighteningSettings()
    rate_limiting: RateLimitingSettings = RateLimitingSettings()
    cost_saving: CostSavingSettings = CostSavingSettings()
