"""What calls cost: the sums of money and tokens, with what is unpriced beside them and never inside."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Self

from riskengine.rollups import Rollup, to_usd

#: The numbers of a rollup that a spend is made of; the others need not be read.
SPEND_NUMBERS = (
    "calls",
    "escalated",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "cost_picousd",
    "unpriced_calls",
    "unpriced_tokens",
)


@dataclass(frozen=True, slots=True)
class Spend:
    """Exact sums over calls. `usd` holds no unpriced call, whose tokens are among all tokens and told apart, too."""

    usd: Decimal = Decimal(0)
    calls: int = 0
    escalated_calls: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    unpriced_calls: int = 0
    unpriced_tokens: int = 0

    @classmethod
    def of(cls, rollup: Rollup) -> Self:
        return cls(
            usd=to_usd(rollup.cost_picousd),
            calls=rollup.calls,
            escalated_calls=rollup.escalated,
            input_tokens=rollup.input_tokens,
            cached_input_tokens=rollup.cached_input_tokens,
            output_tokens=rollup.output_tokens,
            unpriced_calls=rollup.unpriced_calls,
            unpriced_tokens=rollup.unpriced_tokens,
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))
