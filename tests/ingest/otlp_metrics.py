"""Metrics messages as exporters make them, in both encodings."""

import json
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tests.ingest.otlp_messages import CANARY, START_NS, _fill, _pairs

DELTA, CUMULATIVE = 1, 2
MINUTE_NS = 60 * 10**9
LABELS = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "zai", "gen_ai.request.model": "glm-4.5"}


def histogram(name: str, count: int, total: float, **values: Any) -> dict[str, Any]:
    """A point in our own words for tests; `attributes` are added to the labels."""
    return _point(name, "histogram", count, total, values)


def counter(name: str, total: float, **values: Any) -> dict[str, Any]:
    return _point(name, "sum", 0, total, values)


def tokens(kind: str, count: int, total: float, **values: Any) -> dict[str, Any]:
    attributes = {"gen_ai.token.type": kind, **values.pop("attributes", {})}
    return histogram("gen_ai.client.token.usage", count, total, attributes=attributes, **values)


def calls(count: int, seconds: float, **values: Any) -> dict[str, Any]:
    return histogram("gen_ai.client.operation.duration", count, seconds, **values)


def _point(name: str, kind: str, count: int, total: float, values: dict[str, Any]) -> dict[str, Any]:
    plain = {
        "start_ns": START_NS,
        "time_ns": START_NS + MINUTE_NS,
        "buckets": [],
        "bounds": [],
        "unit": "s",
        "temporality": CUMULATIVE,
    }
    attributes = {**LABELS, **values.pop("attributes", {}), "user.message": CANARY}
    return {"name": name, "kind": kind, "count": count, "total": total, "attributes": attributes, **plain, **values}


def as_json(points: list[dict[str, Any]], resource: dict[str, Any] | None = None) -> bytes:
    scope = {"scope": {"name": "test"}, "metrics": [_json(each) for each in points]}
    told = {"resource": {"attributes": _pairs(resource or {})}, "scopeMetrics": [scope]}
    return json.dumps({"resourceMetrics": [told], "unknownField": 1}).encode()


def as_protobuf(points: list[dict[str, Any]], resource: dict[str, Any] | None = None) -> bytes:
    message = ExportMetricsServiceRequest()
    told = message.resource_metrics.add()
    _fill(told.resource.attributes, resource or {})
    scope = told.scope_metrics.add()
    scope.scope.name = "test"
    for each in points:
        metric = scope.metrics.add(name=each["name"], unit=each["unit"])
        data = getattr(metric, each["kind"])
        data.aggregation_temporality = each["temporality"]
        times = {"start_time_unix_nano": each["start_ns"], "time_unix_nano": each["time_ns"]}
        if each["kind"] == "sum":
            point = data.data_points.add(**times, as_double=each["total"])
        else:
            measured = {"count": each["count"], "sum": each["total"]}
            form = {"bucket_counts": each["buckets"], "explicit_bounds": each["bounds"]}
            point = data.data_points.add(**times, **measured, **form)
        _fill(point.attributes, each["attributes"])
    return message.SerializeToString()


def _json(each: dict[str, Any]) -> dict[str, Any]:
    point = {
        "startTimeUnixNano": str(each["start_ns"]),
        "timeUnixNano": str(each["time_ns"]),
        "attributes": _pairs(each["attributes"]),
    }
    if each["kind"] == "sum":
        point["asDouble"] = each["total"]
    else:
        buckets = [str(count) for count in each["buckets"]]
        point |= {"count": str(each["count"]), "sum": each["total"], "bucketCounts": buckets}
        point["explicitBounds"] = each["bounds"]
    data = {"aggregationTemporality": each["temporality"], "dataPoints": [point]}
    return {"name": each["name"], "unit": each["unit"], each["kind"]: data}
