"""What the picture under `/cost` shows: the month's spending as it adds up, where it will end, and the budget."""

import calendar
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from riskengine.local_days import DAY, day_start
from riskengine.money import told_usd


class Ending(BaseModel):
    """Where a month is expected to end, in US dollars; without an interval where nothing says how days stray."""

    model_config = ConfigDict(frozen=True)

    usd: float
    low: float | None
    high: float | None

    @property
    def told(self) -> str:
        if self.low is None or self.high is None:
            return _usd(self.usd)
        return f"{_usd(self.usd)}, between {_usd(self.low)} and {_usd(self.high)}"


class SpendTrend(BaseModel):
    """One month: dollars spent up to each moment of it, counted in days from its begin."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["spend"] = "spend"
    title: str
    #: Days of the month.
    days: int
    #: From 0 at the month's begin; the last one is now.
    at_days: tuple[float, ...]
    spent_usd: tuple[float, ...]
    budget_usd: float | None
    ending: Ending | None
    time_zone: str

    @classmethod
    def of(
        cls,
        by_day: Mapping[date, Decimal],
        now: datetime,
        zone: tzinfo,
        *,
        budget_usd: Decimal | None,
        ending: Ending | None,
    ) -> Self:
        """The month in which `now` lies, out of what each of its days cost."""
        today = now.astimezone(zone).date()
        first, length = today.replace(day=1), calendar.monthrange(today.year, today.month)[1]
        sums, total = [Decimal(0)], Decimal(0)
        for number in range(today.day):
            total += by_day.get(first + timedelta(days=number), Decimal(0))
            sums.append(total)
        begun = day_start(today, zone)
        share = (now - begun) / (day_start(today + DAY, zone) - begun)
        return cls(
            title=f"{today:%B %Y}: {told_usd(total)} so far",
            days=length,
            at_days=(*map(float, range(today.day)), today.day - 1 + share),
            spent_usd=tuple(map(float, sums)),
            budget_usd=None if budget_usd is None else float(budget_usd),
            ending=ending,
            time_zone=str(zone),
        )

    @property
    def spoken(self) -> str:
        """What the picture shows, for whoever cannot see it."""
        said = [self.title]
        if self.ending:
            said.append(f"expected at its end {self.ending.told}")
        if self.budget_usd is not None:
            said.append(f"budget {_usd(self.budget_usd)}")
        return "; ".join(said)


def _usd(amount: float) -> str:
    return told_usd(Decimal(repr(amount)))
