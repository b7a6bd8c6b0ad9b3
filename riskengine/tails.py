"""How likely a count so small, or smaller, is by chance: two exact tails, summed term by term.

Beside the first term, which comes from log-gamma, each term is its neighbour times a ratio, and the sum ends where
terms stop mattering: a few thousand steps at counts of a million, with nine right digits there and more below.
"""

import math
from collections.abc import Callable, Iterable
from itertools import count

#: Terms smaller than this share of the sum cannot change it.
_NEGLIGIBLE = 1e-17


def binomial_at_most(counted: int, trials: int, chance: float) -> float:
    """P(X <= counted) for X ~ Bin(trials, chance)."""
    if counted >= trials:
        return 1.0
    odds = chance / (1 - chance)
    log_first = (
        math.lgamma(trials + 1)
        - math.lgamma(counted + 1)
        - math.lgamma(trials - counted + 1)
        + counted * math.log(chance)
        + (trials - counted) * math.log1p(-chance)
    )
    return _at_most(counted, trials * chance, math.exp(log_first), lambda above: (trials - above + 1) / above * odds)


def negative_binomial_at_most(counted: int, mean: float, dispersion: float) -> float:
    """P(X <= counted) for a negative binomial X of this mean and of variance `dispersion` times the mean, above 1.

    In the usual terms: r = mean / (dispersion - 1), success probability 1 / dispersion.
    """
    size = mean / (dispersion - 1)
    failure = 1 - 1 / dispersion
    log_first = (
        math.lgamma(counted + size)
        - math.lgamma(size)
        - math.lgamma(counted + 1)
        - size * math.log(dispersion)
        + counted * math.log(failure)
    )
    return _at_most(counted, mean, math.exp(log_first), lambda above: (above - 1 + size) / above * failure)


def _at_most(counted: int, mean: float, first: float, growth: Callable[[int], float]) -> float:
    """Sum the terms from `counted` away from the mean; `growth(k)` is the term of k over that of k - 1."""
    if counted <= mean:
        return min(1.0, _sum(first, (1 / growth(each) for each in range(counted, 0, -1))))
    above = _sum(first * growth(counted + 1), (growth(each) for each in count(counted + 2)))
    return max(0.0, 1 - above)


def _sum(first: float, ratios: Iterable[float]) -> float:
    total = term = first
    for ratio in ratios:
        term *= ratio
        total += term
        if term <= total * _NEGLIGIBLE:
            break
    return total
