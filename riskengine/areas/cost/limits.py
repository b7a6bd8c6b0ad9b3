"""Which figures of cost are alerts."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from riskengine.areas.cost.burn import BurnWindow
from riskengine.durations import Duration

#: In percent.
ALL_OF_IT = 100
_Ratio = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]


class CostLimits(BaseModel):
    """When spending raises alerts by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval: Duration = Field(timedelta(minutes=1), gt=timedelta(0), description="Time between two looks.")
    warn_percents: tuple[int, ...] = Field(
        (50, 80, 100), description="Percentages of a budget that are told once a period when they are reached."
    )
    escalation_ratio: _Ratio = Field(
        Decimal("0.05"), lt=1, description="Share of escalated calls, or tasks, above which too many are escalated."
    )
    escalation_window: Duration = Field(
        timedelta(days=1), ge=timedelta(minutes=1), description="Calls and tasks of the last so long make that share."
    )
    escalation_samples: int = Field(20, ge=1, description="Calls, or tasks, below which it says nothing.")
    plan_ratio: _Ratio = Field(
        Decimal("0.2"), description="How far a month's projection may be above the plan frozen on its first day."
    )
    growth_ratio: _Ratio = Field(
        Decimal("0.2"), description="How many more calls than in the four weeks before are growth worth an alert."
    )
    growth_samples: int = Field(
        1_000, ge=1, description="Calls of those four weeks below which there is nothing to compare with."
    )
    projection_days: int = Field(
        3, ge=1, description="Whole days of spending below which a projection raises no alert."
    )
    settle_ratio: Decimal = Field(
        Decimal("0.02"),
        ge=0,
        lt=1,
        max_digits=12,
        decimal_places=6,
        description="How far below its limit an alert on a projection, a rate or growth ends, lest it flaps.",
    )
    burn_windows: tuple[BurnWindow, ...] = Field(
        (
            BurnWindow(long=timedelta(hours=1), budget_ratio=Decimal("0.02")),
            BurnWindow(long=timedelta(hours=6), budget_ratio=Decimal("0.05")),
        ),
        description="Windows in which a month's budget may burn too fast; each with one of a twelfth beside it.",
    )
    burn_samples: int = Field(5, ge=1, description="Calls in the long window below which a burn rate says nothing.")

    @field_validator("burn_windows")
    @classmethod
    def _are_alarms(cls, windows: tuple[BurnWindow, ...]) -> tuple[BurnWindow, ...]:
        for each in windows:
            if not each.is_alarm:
                raise ValueError(
                    f"{each} of a month is what spending evenly takes, too; write a shorter window or a larger share"
                )
        return windows

    @field_validator("warn_percents")
    @classmethod
    def _are_percentages_up_to_all(cls, percents: tuple[int, ...]) -> tuple[int, ...]:
        if wrong := [each for each in percents if not 1 <= each <= ALL_OF_IT]:
            raise ValueError(f"{wrong[0]} is no percentage from 1 to 100; what is beyond a budget is told anyway")
        if len(set(percents)) < len(percents):
            raise ValueError("each percentage stands once")
        return tuple(sorted(percents))
