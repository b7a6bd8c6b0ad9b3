"""Settings of what calls cost."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bot.settings_section import Section
from riskengine.durations import Duration

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
