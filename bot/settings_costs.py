"""Settings of what calls cost."""

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from bot.settings_section import Section
from riskengine.areas.cost.budgets import Budget, Period
from riskengine.areas.cost.limits import CostLimits


class PricingSettings(Section):
    """What models cost."""

    file: str = Field("", description="The table of prices; empty means the shipped one.")


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
