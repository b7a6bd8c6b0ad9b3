"""What is kept of the calls of one minute: sums, so that the rollup of any window is a sum of rollups."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple, Self

from riskengine.sketch import Sketch
from riskengine.telemetry import ModelCall

MICROSECONDS = 1_000_000
#: Money is summed as whole numbers of 10⁻¹² US dollars: exact, and far below a token's price.
PICODOLLARS = 10**12


def to_picousd(usd: Decimal) -> int:
    """Dollars as a whole number of 10⁻¹² dollars, the nearest."""
    return int((usd * PICODOLLARS).to_integral_value())


def to_usd(picousd: int) -> Decimal:
    return Decimal(picousd).scaleb(-12)


class CallSample(NamedTuple):
    """What a rollup counts of one call, in whole numbers, as a row of the store holds them."""

    duration_us: int
    is_error: bool = False
    is_escalated: bool = False
    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    first_token_us: int | None = None
    cost_picousd: int | None = None
    #: The sender's figure beside ours; None where the cost is the sender's, or where there is none.
    told_picousd: int | None = None

    @classmethod
    def of(cls, call: ModelCall) -> "CallSample":
        """The sample with the sender's own figure as its cost."""
        first_token = call.time_to_first_token_seconds
        return cls(
            duration_us=round(call.duration_seconds * MICROSECONDS),
            is_error=call.error is not None,
            is_escalated=call.escalated is True,
            input_tokens=call.input_tokens,
            cached_input_tokens=call.cached_input_tokens or 0,
            cache_write_tokens=call.cache_write_tokens or 0,
            output_tokens=call.output_tokens,
            first_token_us=None if first_token is None else round(first_token * MICROSECONDS),
            cost_picousd=None if call.cost_usd is None else to_picousd(call.cost_usd),
        )


_INPUT, _OUTPUT = CallSample._fields.index("input_tokens"), CallSample._fields.index("output_tokens")
_COST, _TOLD = CallSample._fields.index("cost_picousd"), CallSample._fields.index("told_picousd")


# A plain dataclass, since thousands are made a second from numbers that were checked long before.
@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums over calls. A call without a cost is counted in `unpriced_calls` and its tokens beside, never as free.

    The `compared` ones are those that we priced and whose sender told a figure, too: theirs beside ours.
    """

    calls: int = 0
    errors: int = 0
    escalated: int = 0
    duration_us: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    first_tokens: int = 0
    first_token_us: int = 0
    cost_picousd: int = 0
    unpriced_calls: int = 0
    unpriced_tokens: int = 0
    compared_calls: int = 0
    compared_told_picousd: int = 0
    compared_ours_picousd: int = 0
    durations: Sketch = field(default_factory=Sketch)

    @classmethod
    def of(cls, samples: Iterable[CallSample]) -> Self:
        """Column by column: each sum is then one step of compiled code, whatever the number of calls."""
        rows: list[Any] = list(samples)
        if not rows:
            return cls()
        columns: Any = CallSample(*zip(*rows, strict=True))  # type: ignore[arg-type]
        first_tokens = [each for each in columns.first_token_us if each is not None]
        costs = columns.cost_picousd
        unpriced = [row for row in rows if row[_COST] is None] if None in costs else []
        compared = [row for row in rows if row[_TOLD] is not None]
        return cls(
            calls=len(rows),
            errors=sum(columns.is_error),
            escalated=sum(columns.is_escalated),
            duration_us=sum(columns.duration_us),
            input_tokens=sum(columns.input_tokens),
            cached_input_tokens=sum(columns.cached_input_tokens),
            cache_write_tokens=sum(columns.cache_write_tokens),
            output_tokens=sum(columns.output_tokens),
            first_tokens=len(first_tokens),
            first_token_us=sum(first_tokens),
            cost_picousd=sum(filter(None, costs)),
            unpriced_calls=len(unpriced),
            unpriced_tokens=sum(row[_INPUT] + row[_OUTPUT] for row in unpriced),
            compared_calls=len(compared),
            compared_told_picousd=sum(row[_TOLD] or 0 for row in compared),
            compared_ours_picousd=sum(row[_COST] or 0 for row in compared),
            durations=Sketch.of(each / MICROSECONDS for each in columns.duration_us),
        )

    @classmethod
    def total(cls, rollups: Iterable[Self]) -> Self:
        """Sum any number of rollups in one go."""
        rows = list(rollups)
        columns = zip(*map(_numbers, rows), strict=True)
        sums: dict[str, Any] = dict(zip(NUMBERS, map(sum, columns), strict=False))  # no rollups, no columns
        return cls(**sums, durations=Sketch.total(row.durations for row in rows))

    def __add__(self, other: Self) -> Self:
        return self.total([self, other])


#: The fields of a rollup that are whole numbers, in their order; the sketch stands beside them.
NUMBERS = tuple(each.name for each in fields(Rollup) if each.name != "durations")
_numbers = attrgetter(*NUMBERS)
