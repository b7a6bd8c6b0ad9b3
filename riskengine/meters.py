"""Metrics of calls: what a series has grown by since it was read last, and the calls that this stands for.

A metric tells how many calls there were and what they used together, never each of them. So the calls that stand for it
share its tokens and cost evenly, to the last token, and are spread evenly over its time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, pairwise, repeat
from typing import NamedTuple

from riskengine.rollups import MICROSECONDS, CallSample
from riskengine.series import Series

#: Nanoseconds in a microsecond.
_MICROSECOND_NS = 1_000
#: A call beyond the last bound of a histogram is taken for so many times the bound.
_BEYOND = 1.5


class Meter(StrEnum):
    """What a series measures."""

    CALLS = "calls"
    INPUT_TOKENS = "input tokens"
    CACHED_TOKENS = "cached input tokens"
    CACHE_WRITE_TOKENS = "cache write tokens"
    OUTPUT_TOKENS = "output tokens"


class Reading(NamedTuple):
    """What was measured from one moment, in nanoseconds since 1970, to another."""

    start_ns: int
    time_ns: int
    #: How many there were; 0 of a plain counter.
    measurements: int
    #: Their sum: seconds of calls, or tokens.
    total: float
    buckets: tuple[int, ...] = ()


class Point(NamedTuple):
    """One reading of one series, as a sender told it."""

    meter: Meter
    #: Whether the reading is what came since the last one, and not all since the start.
    is_delta: bool
    #: The digest of all that tells the series from others.
    series_key: str
    labels: Series
    #: The service that measures; its spans, if it sends any, count in place of its metrics.
    service: str
    reading: Reading
    #: Upper bounds of all buckets but the last.
    bounds: tuple[float, ...] = ()
    #: Class of the error that the calls ended with.
    error: str = ""


def since(before: Reading | None, now: Reading) -> Reading | None:
    """What a cumulative series has grown by; None when it tells nothing new, or not from when on.

    A series that was started anew is another one to its store. One that has shrunk was started anew without saying so.
    """
    if before is None:
        return now if now.start_ns else None
    if now.time_ns <= before.time_ns:
        return None
    if now.measurements < before.measurements or now.total < before.total:
        return now._replace(start_ns=before.time_ns)
    same_form = len(now.buckets) == len(before.buckets)
    grown = tuple(a - b for a, b in zip(now.buckets, before.buckets, strict=True)) if same_form else ()
    return Reading(before.time_ns, now.time_ns, now.measurements - before.measurements, now.total - before.total, grown)


@dataclass
class Metered:
    """What the series of one set of labels have grown by together."""

    start_ns: int = 2**63 - 1
    time_ns: int = 0
    durations_us: list[int] = field(default_factory=list)
    failed_us: list[int] = field(default_factory=list)
    tokens: dict[Meter, int] = field(default_factory=dict)
    #: Measurements of tokens: as many calls, where no series counts calls.
    token_counts: dict[Meter, int] = field(default_factory=dict)

    def add(self, point: Point, grown: Reading) -> None:
        self.start_ns, self.time_ns = min(self.start_ns, grown.start_ns), max(self.time_ns, grown.time_ns)
        if point.meter == Meter.CALLS:
            (self.failed_us if point.error else self.durations_us).extend(_durations_us(grown, point.bounds))
        else:
            self.tokens[point.meter] = self.tokens.get(point.meter, 0) + round(grown.total)
            self.token_counts[point.meter] = self.token_counts.get(point.meter, 0) + grown.measurements

    @property
    def calls(self) -> int:
        return len(self.durations_us) + len(self.failed_us)

    def settle(self) -> None:
        """Once all is added: tokens that nobody counted the calls of were used by as many as were measured."""
        if any(self.tokens.values()) and not self.calls:
            self.durations_us = [0] * max(1, *self.token_counts.values())

    def samples(self, cost_picousd: int | None, *, is_escalated: bool = False) -> Iterator[tuple[int, CallSample]]:
        """Each call with its start in microseconds since 1970; those that failed used nothing if any did not."""
        used, unused = (self.durations_us, self.failed_us) if self.durations_us else (self.failed_us, [])
        read, cached, written, out = (shares(self.tokens.get(meter, 0), len(used)) for meter in _TOKENS)
        costs = repeat(None, len(used)) if cost_picousd is None else shares(cost_picousd, len(used))
        is_error = not self.durations_us
        good = (
            CallSample(us, is_error, is_escalated, *tokens, first_token_us=None, cost_picousd=cost)
            for us, cost, tokens in zip(used, costs, zip(read, cached, written, out, strict=True), strict=True)
        )
        failed = (CallSample(us, is_error=True, is_escalated=is_escalated, cost_picousd=0) for us in unused)
        return zip(self._starts_us(), chain(good, failed), strict=True)

    def _starts_us(self) -> Iterator[int]:
        start, span = self.start_ns // _MICROSECOND_NS, (self.time_ns - self.start_ns) // _MICROSECOND_NS
        return (start + span * (2 * number + 1) // (2 * self.calls) for number in range(self.calls))


_TOKENS = (Meter.INPUT_TOKENS, Meter.CACHED_TOKENS, Meter.CACHE_WRITE_TOKENS, Meter.OUTPUT_TOKENS)


def shares(total: int, parts: int) -> Iterator[int]:
    """The total in so many parts that differ by one at most."""
    each, more = divmod(total, parts) if parts else (0, 0)
    return (each + (number < more) for number in range(parts))


def _durations_us(grown: Reading, bounds: Sequence[float]) -> list[int]:
    """One for each call: of its bucket's middle, scaled so that all of them take as long as they did."""
    if len(grown.buckets) != len(bounds) + 1 or sum(grown.buckets) != grown.measurements or not bounds:
        return list(shares(round(grown.total * MICROSECONDS), grown.measurements))
    edges = [0.0, *bounds, bounds[-1] * (2 * _BEYOND - 1)]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    rough = [middle for middle, count in zip(middles, grown.buckets, strict=True) for _ in range(count)]
    scale = grown.total / sum(rough) if any(rough) else 0.0
    return [round(each * scale * MICROSECONDS) for each in rough]
