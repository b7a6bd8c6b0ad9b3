"""OTLP in its JSON encoding: ids are hexadecimal, 64-bit numbers are text, names are lowerCamelCase.

Walked by hand: protobuf's own JSON reader takes the ids for base64 without a word, stumbles over fields that it does
not know, and is ten times slower.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.ingest.bodies import load_json
from bot.ingest.otlp.names import TAKEN, Value
from bot.ingest.otlp.points import CUMULATIVE, DELTA, METRICS, NO_VALUE, PointTold, series_key
from bot.ingest.otlp.shapes import SpanTold
from bot.ingest.problems import Invalid
from riskengine.meters import Reading

_ERRORS = frozenset({2, "STATUS_CODE_ERROR"})
_KINDS = ("sum", "histogram", "exponentialHistogram")
_TEMPORALITIES = {
    "1": DELTA,
    "2": CUMULATIVE,
    "AGGREGATION_TEMPORALITY_DELTA": DELTA,
    "AGGREGATION_TEMPORALITY_CUMULATIVE": CUMULATIVE,
}
_BEYOND_64_BITS = 2**64
#: Digits of an unsigned 64-bit number.
_DIGITS = 20


def spans_of(body: bytes) -> Iterator[SpanTold]:
    """The spans in their order. Raises InvalidJson, and Invalid where the message has another form."""
    # All of the form is looked at before anything is stored.
    found = list(_spans(_message(body)))
    return (_span(span, resource) for span, resource in found)


def points_of(body: bytes) -> Iterator[PointTold]:
    """The points of the metrics that we know by name, in their order. Raises InvalidJson and Invalid."""
    return iter(list(_points(_message(body))))


def _message(body: bytes) -> dict[str, Any]:
    message = load_json(body)
    if not isinstance(message, dict):
        raise Invalid("The body is no OTLP message: it is no object.")
    return message


def objects(parent: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The objects of an array. Raises Invalid for anything else; an array that is absent is empty."""
    found = parent.get(name)
    if found is None:
        return
    if not isinstance(found, list):
        raise Invalid(f"The body is no OTLP message: {name} is no array.")
    for each in found:
        if not isinstance(each, dict):
            raise Invalid(f"The body is no OTLP message: {name} holds what is no object.")
        yield each


def attributes_of(parent: Any) -> dict[str, Value]:
    """The attributes of an object that we know by name, as far as they are single values."""
    told = parent.get("attributes") if isinstance(parent, dict) else None
    pairs = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    known = {pair["key"]: pair.get("value") for pair in pairs if isinstance(pair.get("key"), str)}
    values = {key: _value(value) for key, value in known.items() if key in TAKEN}
    return {key: value for key, value in values.items() if value is not None}


def whole(value: Any) -> int | None:
    """A 64-bit number, as text or as a number; None for what is none."""
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) <= _DIGITS:
        return int(value)
    return value if type(value) is int and abs(value) < _BEYOND_64_BITS else None


def _value(value: Any) -> Value | None:
    if not isinstance(value, dict):
        return None
    text, flag, fraction = value.get("stringValue"), value.get("boolValue"), value.get("doubleValue")
    if isinstance(text, str):
        return text
    if isinstance(flag, bool):
        return flag
    if isinstance(fraction, int | float) and not isinstance(fraction, bool):
        return float(fraction) if abs(fraction) < 2**63 else None
    return whole(value.get("intValue"))


def _spans(message: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Value]]]:
    """Each span with its resource's attributes."""
    for resource_spans in objects(message, "resourceSpans"):
        resource = attributes_of(resource_spans.get("resource"))
        for scope_spans in objects(resource_spans, "scopeSpans"):
            for span in objects(scope_spans, "spans"):
                yield span, resource


def _span(span: Mapping[str, Any], resource: Mapping[str, Value]) -> SpanTold:
    start, end = whole(span.get("startTimeUnixNano")), whole(span.get("endTimeUnixNano"))
    status = span.get("status")
    code = status.get("code") if isinstance(status, dict) else None
    return SpanTold(
        _id(span.get("traceId")),
        _id(span.get("spanId")),
        # No time at all is refused as what it is, if the span is one that counts.
        start_ns=-1 if start is None else start,
        end_ns=-1 if end is None else end,
        is_error=isinstance(code, int | str) and code in _ERRORS,
        attributes={**resource, **attributes_of(span)},
    )


def _id(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""


def _points(message: Mapping[str, Any]) -> Iterator[PointTold]:
    for resource_metrics in objects(message, "resourceMetrics"):
        resource = resource_metrics.get("resource")
        for scope_metrics in objects(resource_metrics, "scopeMetrics"):
            scope = scope_metrics.get("scope")
            scope_name = str(scope.get("name")) if isinstance(scope, dict) else ""
            for metric in objects(scope_metrics, "metrics"):
                yield from _points_of_metric(metric, scope_name, resource)


def _points_of_metric(metric: Mapping[str, Any], scope: str, resource: Any) -> Iterator[PointTold]:
    name, unit = metric.get("name"), metric.get("unit")
    data = next((metric[kind] for kind in _KINDS if isinstance(metric.get(kind), dict)), None)
    if not isinstance(name, str) or name not in METRICS or data is None:
        return
    for point in objects(data, "dataPoints"):
        if (whole(point.get("flags")) or 0) & NO_VALUE:
            continue
        yield PointTold(
            name,
            unit if isinstance(unit, str) else "",
            _TEMPORALITIES.get(str(data.get("aggregationTemporality")), 0),
            series_key([scope, name], [_written(resource), _written(point)]),
            _reading(point),
            tuple(_number(bound) for bound in _array(point, "explicitBounds")),
            {**attributes_of(resource), **attributes_of(point)},
        )


def _reading(point: Mapping[str, Any]) -> Reading:
    """What is no number becomes -1, which no reading can have."""
    start, time, count = (point.get(name) for name in ("startTimeUnixNano", "timeUnixNano", "count"))
    total = next((point[name] for name in ("sum", "asDouble", "asInt") if name in point), 0)
    counts = tuple(_whole(each) for each in _array(point, "bucketCounts"))
    return Reading(_whole(start or 0), _whole(time), _whole(count or 0), _number(total), counts)


def _array(point: Mapping[str, Any], name: str) -> list[Any]:
    found = point.get(name)
    return found if isinstance(found, list) else []


def _whole(value: Any) -> int:
    found = whole(value)
    return -1 if found is None else found


def _number(value: Any) -> float:
    """A number, or a 64-bit one as text; -1 for what is none."""
    if isinstance(value, float):
        return value
    return float(_whole(value))


def _written(parent: Any) -> list[str]:
    told = parent.get("attributes") if isinstance(parent, dict) else None
    return [json.dumps(each, sort_keys=True) for each in told] if isinstance(told, list) else []
