"""Percentiles that can be summed: numbers counted in logarithmic buckets (the idea of DDSketch, VLDB 2019).

Bucket `i` holds the numbers above G^(i-1) and up to G^i, and is told as a number within 1 % of all of them. So a
quantile is within 1 % of the one that sorting all numbers would give, whatever was merged with whatever, in any order.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Self

from riskengine import varints

RELATIVE_ERROR = 0.01
#: Smaller numbers count as 0; for seconds this is a microsecond, the unit of everything stored.
LEAST = 1e-6
#: Buckets this many or more below the greatest fall together, so only numbers 780 million times smaller than it lose
#: their exactness. The rule looks at the greatest alone, hence the order of merging does not matter.
MAX_BUCKETS = 1_024

_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_PER_LOG = 1 / math.log(_GAMMA)
#: Where numbers below LEAST are counted while they come in; far below the bucket of any float.
_ZERO = -1_000_000
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Sketch:
    """How many numbers fell into each bucket."""

    zeros: int = 0
    buckets: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, numbers: Iterable[float]) -> Self:
        """Count numbers; raises ValueError for one that is negative or not finite."""
        found = Counter(map(_bucket, numbers))
        zeros = found.pop(_ZERO, 0)
        return cls(zeros, _collapsed(found))

    @classmethod
    def total(cls, sketches: Iterable[Self]) -> Self:
        """Merge any number of sketches in one go."""
        zeros = 0
        buckets: dict[int, int] = {}
        for sketch in sketches:
            zeros += sketch.zeros
            for bucket, count in sketch.buckets.items():
                buckets[bucket] = buckets.get(bucket, 0) + count
        return cls(zeros, _collapsed(buckets))

    def adding(self, numbers: Iterable[float]) -> Self:
        """Count further numbers; raises ValueError for one that is negative or not finite."""
        return self + self.of(numbers)

    def __add__(self, other: Self) -> Self:
        return self.total([self, other])

    @property
    def count(self) -> int:
        return self.zeros + sum(self.buckets.values())

    def quantile(self, share: float) -> float | None:
        """The least number that at least this share of all do not exceed, within 1 %; None when there is none."""
        count = self.count
        if count == 0:
            return None
        # 0.07 of 100 comes out a hair over 7, which is not yet the eighth number.
        rank = min(count, max(1, math.ceil(share * count - 1e-9)))
        if rank <= self.zeros:
            return 0.0
        order = sorted(self.buckets)
        passed = list(accumulate(self.buckets[bucket] for bucket in order))
        return _told(order[bisect_left(passed, rank - self.zeros)])

    def encode(self) -> bytes:
        """A version byte and varints: zeros, how many buckets, the first, the steps between them, their counts."""
        order = sorted(self.buckets)
        first = [varints.zigzag(bucket) for bucket in order[:1]]
        steps = [after - before for before, after in pairwise(order)]
        counts = [self.buckets[bucket] for bucket in order]
        return bytes([_VERSION]) + varints.encode([self.zeros, len(order), *first, *steps, *counts])

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote; raises ValueError for anything else."""
        if data[:1] != bytes([_VERSION]):
            raise ValueError(f"these {len(data)} bytes are no sketch of version {_VERSION}")
        numbers = varints.decode(data[1:])
        size = numbers[1] if len(numbers) > 1 else MAX_BUCKETS + 1
        steps, counts = numbers[2 : 2 + size], numbers[2 + size :]
        if size > MAX_BUCKETS or len(steps) != size or len(counts) != size or not all(steps[1:] + counts):
            raise ValueError(f"these {len(data)} bytes are a damaged sketch")
        order = accumulate([varints.unzigzag(first) for first in steps[:1]] + steps[1:])
        return cls(numbers[0], dict(zip(order, counts, strict=True)))


def _bucket(number: float) -> int:
    if not 0 <= number < math.inf:
        raise ValueError(f"{number!r} cannot be counted; a number of a sketch is finite and not negative")
    return _ZERO if number < LEAST else math.ceil(math.log(number) * _PER_LOG)


def _told(bucket: int) -> float:
    """The number whose distance to both ends of the bucket is the same share of each."""
    return float(2 * _GAMMA**bucket / (_GAMMA + 1))


def _collapsed(buckets: dict[int, int]) -> dict[int, int]:
    least = max(buckets, default=0) - MAX_BUCKETS + 1
    low = [bucket for bucket in buckets if bucket < least]
    if not low:
        return buckets
    fallen = sum(buckets.pop(bucket) for bucket in low)
    return buckets | {least: buckets.get(least, 0) + fallen}
