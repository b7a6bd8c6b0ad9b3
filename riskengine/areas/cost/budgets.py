"""Budgets: so many dollars a day, week or month, for everything or for one team, role, model or provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from riskengine.areas.cost.burn import Burn
from riskengine.areas.cost.forecast import Projection, month_of
from riskengine.areas.cost.spend import Spend
from riskengine.local_days import day_start
from riskengine.series import Dimension

DAY = timedelta(days=1)
#: What a budget may be about; a configuration's version comes and goes.
SCOPES = (Dimension.TEAM, Dimension.ROLE, Dimension.MODEL, Dimension.PROVIDER)
#: The level beyond the whole of a budget; those before it are percentages.
NONE, EXCEEDED = "none", "exceeded"


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def adjective(self) -> str:
        return {Period.DAY: "daily", Period.WEEK: "weekly", Period.MONTH: "monthly"}[self]

    @property
    def is_projected(self) -> bool:
        """Whether its end is far enough away to be worth a projection."""
        return self is Period.MONTH

    def span(self, day: date) -> "Span":
        """The period in which a day lies; weeks begin on Monday, wherever the month ends."""
        if self is Period.MONTH:
            return Span(*month_of(day))
        first = day - day.weekday() * DAY if self is Period.WEEK else day
        return Span(first, first + (7 if self is Period.WEEK else 1) * DAY)


class Span(NamedTuple):
    """Days from `first` on and before `end`."""

    first: date
    end: date

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """When it begins and ends there; a day may have 23 or 25 hours."""
        return day_start(self.first, zone), day_start(self.end, zone)


def share_of_day(now: datetime, zone: tzinfo) -> float:
    """How much of today is gone, of the hours that it really has."""
    day = now.astimezone(zone).date()
    begun, ends = Span(day, day + DAY).moments(zone)
    return (now.astimezone(UTC) - begun) / (ends - begun)


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Values = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_several), Field(min_length=1)]


class Budget(BaseModel):
    """So many dollars a period."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = Field(
        description="Tells it from others, in alerts and raises: small letters, digits, `-` and `_`."
    )
    period: Period = Field(description="Of the organisation's time zone.")
    usd: Decimal = Field(gt=0, max_digits=15, decimal_places=6, description="US dollars a period.")
    scope: dict[Dimension, Values] = Field(
        {},
        description="Only calls of this team, role, model or provider, like `{team: payments}`; a value or a list.",
    )

    @field_validator("scope")
    @classmethod
    def _is_about_what_lasts(cls, scope: dict[Dimension, tuple[str, ...]]) -> dict[Dimension, tuple[str, ...]]:
        if wrong := sorted(set(scope) - set(SCOPES)):
            raise ValueError(f"a budget is for a team, role, model or provider, not for a {', '.join(wrong)}")
        return scope

    @property
    def labels(self) -> dict[str, str]:
        """What identifies its alerts."""
        return {"budget": self.name, **{str(name): ",".join(values) for name, values in sorted(self.scope.items())}}


class Raise(NamedTuple):
    """A budget that is higher for a while; `usd` is what it is meanwhile."""

    id: int
    budget: str
    usd: Decimal
    starts_at: datetime
    ends_at: datetime
    by: str
    reason: str


class Limit(NamedTuple):
    """What a budget is now, and until when if it is raised."""

    usd: Decimal
    raised_until: datetime | None = None

    @classmethod
    def of(cls, budget: Budget, raises: Sequence[Raise], now: datetime) -> Self:
        """The highest raise in force counts, none below the budget.

        One whose time is over counts no more, however late its timer is.
        """
        mine = [each for each in raises if each.budget == budget.name and each.starts_at <= now < each.ends_at]
        best = max(mine, key=lambda each: (each.usd, each.ends_at), default=None)
        return cls(best.usd, best.ends_at) if best and best.usd > budget.usd else cls(budget.usd)


def level_of(spent_usd: Decimal, limit_usd: Decimal, warn_percents: Sequence[int]) -> str:
    """The highest level reached: `none`, a percentage like `80`, or `exceeded` for more than all of it."""
    if spent_usd > limit_usd:
        return EXCEEDED
    reached = [each for each in warn_percents if spent_usd * 100 >= limit_usd * each]
    return str(max(reached)) if reached else NONE


def levels(warn_percents: Sequence[int]) -> tuple[str, ...]:
    """All of them, the lowest first."""
    return (*map(str, sorted(warn_percents)), EXCEEDED)


@dataclass(frozen=True)
class BudgetState:
    """How a budget stands at one moment."""

    budget: Budget
    span: Span
    limit: Limit
    spent: Spend
    level: str
    #: Of budgets by the month.
    projected: Projection | None = None
    burn: Burn | None = None
    plan_usd: Decimal | None = None

    @property
    def share(self) -> Decimal:
        """1 when all of it is spent."""
        return self.spent.usd / self.limit.usd

    @property
    def left_usd(self) -> Decimal:
        """Negative once it is exceeded."""
        return self.limit.usd - self.spent.usd
