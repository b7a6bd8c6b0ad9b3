"""Burn rate of money: how many times as fast it is spent as the budget allows evenly, in a long and a short window.

Both must be fast: the long window shows that it matters, the short one (a twelfth) that it goes on. A limit
of at most 1 would be one on spending evenly (`is_alarm`).
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from riskengine.durations import Duration, written

#: The long window's part that the short one is.
SHORT = 12
SHORTEST_MONTH = timedelta(days=28)


class BurnWindow(BaseModel):
    """A pair of windows, and how much of a month's budget the long one may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    long: Duration = Field(ge=timedelta(minutes=12), description="The long window; the short one is a twelfth of it.")
    budget_ratio: Decimal = Field(
        gt=0, lt=1, max_digits=12, decimal_places=6, description="Share of the budget that it may take."
    )

    def __str__(self) -> str:
        return f"{self.budget_ratio.normalize():%} in {written(self.long)}"

    @property
    def short(self) -> timedelta:
        """Whole minutes, since spending is known by the minute."""
        return max(timedelta(minutes=1), self.long / SHORT // timedelta(minutes=1) * timedelta(minutes=1))

    @property
    def is_alarm(self) -> bool:
        """Whether spending evenly keeps below its limit, even in the shortest month."""
        return self.limit(SHORTEST_MONTH) > 1

    def limit(self, period: timedelta) -> Decimal:
        """The burn rate above which it takes that share."""
        return self.budget_ratio * _ratio(period, self.long)


class Spent(NamedTuple):
    """What a window came to."""

    usd: Decimal
    calls: int


class Burn(NamedTuple):
    """The rates found, and whether both are above the limit."""

    window: BurnWindow
    long_rate: Decimal
    short_rate: Decimal
    limit: Decimal
    usd: Decimal
    is_fast: bool

    @classmethod
    def of(
        cls,
        window: BurnWindow,
        long: Spent,
        short: Spent,
        budget_usd: Decimal,
        period: timedelta,
        minimum_calls: int,
    ) -> Self:
        """A few dear calls are no rate: the long window needs `minimum_calls`."""
        limit = window.limit(period)
        rates = [
            spent.usd / budget_usd * _ratio(period, span)
            for spent, span in ((long, window.long), (short, window.short))
        ]
        is_fast = long.calls >= minimum_calls and min(rates) > limit
        return cls(window, rates[0], rates[1], limit, long.usd, is_fast)


def worst(burns: Sequence[Burn]) -> Burn | None:
    """The one to tell of: a fast one before others, then the one nearest to its limit."""
    return max(burns, key=lambda each: (each.is_fast, each.long_rate / each.limit), default=None)


def _ratio(whole: timedelta, part: timedelta) -> Decimal:
    return Decimal(whole // timedelta(seconds=1)) / Decimal(part // timedelta(seconds=1))
