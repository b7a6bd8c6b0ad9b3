"""Whether fewer calls than normal are evidence of a drop or noise.

Bare `throughput < baseline * 0.85` is a false alarm one time in three where 10 calls a window are normal.
"""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from riskengine.baselines import Baseline
from riskengine.durations import Duration
from riskengine.kleene import Truth, conjunction, disjunction
from riskengine.tails import binomial_at_most, negative_binomial_at_most
from riskengine.windows import Window

#: Below this, counts vary no more than independent calls do, and log-gamma of a huge `r` would lose its digits.
_BURSTY = 1.01


class DropLimits(BaseModel):
    """What it takes to call fewer calls a drop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ratio: Decimal = Field(
        Decimal("0.85"), gt=0, lt=1, description="Calls over the baseline's, below which it may be one."
    )
    p_value: float = Field(
        0.001, gt=0, lt=1, description="Chance of so few calls without a drop, below which it is one."
    )
    minimum_expected: int = Field(20, ge=1, description="Calls of a normal window without which there is no data.")
    long_window: Duration = Field(timedelta(minutes=30), description="The drop must show in this window, too.")
    conclusive_p_value: float = Field(
        1e-6, gt=0, lt=1, description="Chance that convinces without the long window, in a window of twice the rule's."
    )


class DropWindows(NamedTuple):
    """The windows in which a drop is looked for."""

    short: Window
    double: Window
    long: Window

    @classmethod
    def ending(cls, short: Window, limits: DropLimits) -> Self:
        """All end with the rule's own window; the long one is never the shortest."""
        length = short.end - short.first
        long = max(length, limits.long_window // timedelta(minutes=1))
        return cls(short, Window(short.end - 2 * length, short.end), Window(short.end - long, short.end))


class Shortfall(BaseModel):
    """Calls of one window against its baseline; `p_value` is None where it need not be asked."""

    model_config = ConfigDict(frozen=True)

    calls: int
    expected_calls: Decimal | None
    ratio: Decimal | None = None
    p_value: float | None = None

    def shows(self, p_value: float) -> Truth:
        """Whether so few calls are less likely than `p_value`; None without a baseline of enough calls."""
        if self.ratio is None:
            return None
        return self.p_value is not None and self.p_value < p_value


def shortfall(calls: int, baseline: Baseline | None, limits: DropLimits) -> Shortfall:
    """Weigh the calls of a window against the comparable ones, which are as long as it is."""
    if baseline is None or baseline.expected_calls < limits.minimum_expected:
        return Shortfall(calls=calls, expected_calls=baseline and baseline.expected_calls)
    ratio = calls / baseline.expected_calls
    p_value = chance_of_so_few(calls, baseline) if ratio < limits.ratio else None
    return Shortfall(calls=calls, expected_calls=baseline.expected_calls, ratio=ratio, p_value=p_value)


def chance_of_so_few(calls: int, baseline: Baseline) -> float:
    """The chance of at most so many calls in a window where nothing has changed.

    Given all calls, those of one window out of n + 1 are binomial; where the comparable windows vary more than that,
    the negative binomial of their dispersion is the more careful word.
    """
    windows = len(baseline.counts)
    chance = binomial_at_most(calls, calls + sum(baseline.counts), 1 / (windows + 1))
    dispersion = baseline.dispersion
    if dispersion <= _BURSTY:
        return chance
    return max(chance, negative_binomial_at_most(calls, float(baseline.expected_calls), dispersion))


class DropEvidence(BaseModel):
    """A drop of throughput, as seen in three windows."""

    model_config = ConfigDict(frozen=True)

    short: Shortfall
    double: Shortfall
    long: Shortfall

    def verdict(self, limits: DropLimits) -> Truth:
        """The rule's window and the long one must both show it.

        A window of 30 minutes takes ten to show half the calls gone, and then only in two of three cases; so twice the
        rule's window may stand in for it at a thousandth of the chance, which noise reaches once in years.
        """
        lasting = [self.long.shows(limits.p_value), self.double.shows(limits.conclusive_p_value)]
        return conjunction([self.short.shows(limits.p_value), disjunction(lasting)])
