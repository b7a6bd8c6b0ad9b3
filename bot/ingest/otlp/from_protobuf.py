"""OTLP in its protobuf encoding, which is what exporters send unless told otherwise."""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.ingest.otlp.names import TAKEN, Value
from bot.ingest.otlp.points import METRICS, NO_VALUE, PointTold, series_key
from bot.ingest.otlp.shapes import SpanTold
from bot.ingest.problems import InvalidProtobuf
from riskengine.meters import Reading

MEDIA = ("application/x-protobuf", "application/protobuf")
_SCALARS = frozenset({"string_value", "int_value", "double_value", "bool_value"})
_ERROR = 2
#: Kinds of metrics that count; a gauge tells a state, and a summary is nobody's any more.
_KINDS = frozenset({"sum", "histogram", "exponential_histogram"})


def spans_of(body: bytes) -> Iterator[SpanTold]:
    """The spans in their order. Raises InvalidProtobuf."""
    # 60 ms and 8 MB that only those pay who use it.
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    return _spans(parsed(body, ExportTraceServiceRequest()))


def points_of(body: bytes) -> Iterator[PointTold]:
    """The points of the metrics that we know by name, in their order. Raises InvalidProtobuf."""
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    return _points(parsed(body, ExportMetricsServiceRequest()))


def parsed(body: bytes, message: Any) -> Any:
    from google.protobuf.message import DecodeError

    try:
        message.ParseFromString(body)
    except DecodeError:
        kind = type(message).__name__
        raise InvalidProtobuf(f"The body is no {kind}.") from None
    return message


def attributes_of(pairs: Iterable[Any]) -> dict[str, Value]:
    """Those that we know by name; no other value is looked at."""
    told = ((pair.key, pair.value, pair.value.WhichOneof("value")) for pair in pairs if pair.key in TAKEN)
    return {key: getattr(value, kind) for key, value, kind in told if kind in _SCALARS}


def _spans(message: Any) -> Iterator[SpanTold]:
    for resource_spans in message.resource_spans:
        resource = attributes_of(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield SpanTold(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.code == _ERROR,
                    {**resource, **attributes_of(span.attributes)},
                )


def _points(message: Any) -> Iterator[PointTold]:
    for resource_metrics in message.resource_metrics:
        resource = resource_metrics.resource.attributes
        for scope_metrics in resource_metrics.scope_metrics:
            for metric in scope_metrics.metrics:
                kind = metric.WhichOneof("data")
                if metric.name in METRICS and kind in _KINDS:
                    yield from _points_of_metric(metric, getattr(metric, kind), (scope_metrics.scope.name, resource))


def _points_of_metric(metric: Any, data: Any, where: tuple[str, Any]) -> Iterator[PointTold]:
    scope, resource = where
    for point in data.data_points:
        if point.flags & NO_VALUE:
            continue
        reading, bounds = _measured(point)
        yield PointTold(
            metric.name,
            metric.unit,
            data.aggregation_temporality,
            series_key([scope, metric.name], [_written(resource), _written(point.attributes)]),
            reading,
            bounds,
            {**attributes_of(resource), **attributes_of(point.attributes)},
        )


def _measured(point: Any) -> tuple[Reading, tuple[float, ...]]:
    """The reading of a point of any kind, and the bounds of its buckets if it has such."""
    times = point.start_time_unix_nano, point.time_unix_nano
    fields = point.DESCRIPTOR.fields_by_name
    if "as_int" in fields:
        value = point.as_int if point.WhichOneof("value") == "as_int" else point.as_double
        return Reading(*times, 0, float(value)), ()
    if "explicit_bounds" in fields:
        return Reading(*times, point.count, point.sum, tuple(point.bucket_counts)), tuple(point.explicit_bounds)
    return Reading(*times, point.count, point.sum), ()


def _written(pairs: Iterable[Any]) -> list[str]:
    return [pair.SerializeToString(deterministic=True).hex() for pair in pairs]
