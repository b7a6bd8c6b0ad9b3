"""Points of GenAI metrics as readings of calls and tokens, in every generation of the conventions.

Histograms of a model server (`gen_ai.server.…`) are left out: the client that called it tells the same calls.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from bot.ingest.otlp import names
from bot.ingest.otlp.names import Attributes
from bot.ingest.otlp.shapes import moment
from bot.ingest.otlp.spans import UNKNOWN, model_of, provider_of
from bot.ingest.text import storable
from riskengine.meters import Meter, Point, Reading
from riskengine.series import Series
from riskengine.telemetry import LABEL_LENGTH

#: Histograms whose number of measurements is that of calls.
_CALLS = frozenset({"gen_ai.client.operation.duration", "gen_ai.client.inference.duration"})
_TOKEN_USAGE = "gen_ai.client.token.usage"  # noqa: S105
_TOKEN_TYPES = {
    "input": Meter.INPUT_TOKENS,
    "prompt": Meter.INPUT_TOKENS,
    "output": Meter.OUTPUT_TOKENS,
    "completion": Meter.OUTPUT_TOKENS,
}
_COUNTERS = {
    "gen_ai.client.inference.usage.input_tokens": Meter.INPUT_TOKENS,
    "gen_ai.client.inference.usage.output_tokens": Meter.OUTPUT_TOKENS,
    "gen_ai.client.inference.usage.cache_read.input_tokens": Meter.CACHED_TOKENS,
    "gen_ai.client.inference.usage.cache_write.input_tokens": Meter.CACHE_WRITE_TOKENS,
}
METRICS = frozenset({*_CALLS, _TOKEN_USAGE, *_COUNTERS})
DELTA, CUMULATIVE = 1, 2
#: The flag of a point that only says that there is none.
NO_VALUE = 1
_MILLISECONDS = "ms"
_LARGEST = 2**62


class PointTold(NamedTuple):
    """One point of one metric, whichever encoding it came in."""

    metric: str
    unit: str
    temporality: int
    #: The digest of resource, scope, metric and attributes.
    series_key: str
    reading: Reading
    bounds: tuple[float, ...]
    #: Of the point and, behind it, of its resource; those that we know by name alone.
    attributes: Attributes


def series_key(names_of_it: Sequence[str], attributes: Iterable[Sequence[str]]) -> str:
    """The digest of what tells a series from all others; the order in which attributes come means nothing."""
    told = json.dumps([names_of_it, *map(sorted, attributes)])
    return blake2b(told.encode(), digest_size=16).hexdigest()


def to_point(told: PointTold) -> Point | str | None:
    """The point, or what is wrong with it; None for one that does not concern calls of models."""
    meter = _meter(told)
    if meter is None or names.words(told.attributes, names.OPERATION) in names.NO_CALLS:
        return None
    wrong = _wrong(told)
    if wrong:
        return f"{told.metric} {wrong}"
    attributes = told.attributes
    factor = 0.001 if meter == Meter.CALLS and told.unit == _MILLISECONDS else 1.0
    return Point(
        meter,
        told.temporality == DELTA,
        told.series_key,
        _labels(attributes),
        storable(names.words(attributes, names.SERVICE) or ""),
        told.reading._replace(total=told.reading.total * factor),
        tuple(bound * factor for bound in told.bounds),
        storable(names.words(attributes, names.ERROR) or "") if meter == Meter.CALLS else "",
    )


def _meter(told: PointTold) -> Meter | None:
    if told.metric in _CALLS:
        return Meter.CALLS
    if told.metric == _TOKEN_USAGE:
        return _TOKEN_TYPES.get(names.words(told.attributes, names.TOKEN_TYPE) or "")
    return _COUNTERS.get(told.metric)


def _wrong(told: PointTold) -> str:
    reading, bounds = told.reading, told.bounds
    counts = (reading.measurements, *reading.buckets)
    faults = {
        "is neither cumulative nor delta": told.temporality not in {DELTA, CUMULATIVE},
        "has a time that is none": moment(reading.time_ns) is None
        or (reading.start_ns != 0 and moment(reading.start_ns) is None),
        "does not say from when on it counts": reading.start_ns > reading.time_ns
        or (told.temporality == DELTA and not reading.start_ns),
        "has a count or a sum that is none": not all(0 <= each < _LARGEST for each in (*counts, reading.total)),
        "has bounds that are none": not all(0 <= each < _LARGEST for each in bounds),
        f"has a label of more than {LABEL_LENGTH} characters": any(
            len(label) > LABEL_LENGTH for label in _labels(told.attributes)
        ),
    }
    return next((fault for fault, holds in faults.items() if holds), "")


def _labels(attributes: Attributes) -> Series:
    role, team, configuration = (
        storable(names.words(attributes, which) or "") for which in (names.ROLE, names.TEAM, names.CONFIGURATION)
    )
    return Series(storable(model_of(attributes) or UNKNOWN), provider_of(attributes), role, team, configuration)
