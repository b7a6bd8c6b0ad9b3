"""OTLP messages as exporters make them, in both encodings."""

import json
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

START_NS = 1_772_366_400_000_000_000  # 2026-03-01T12:00:00Z
#: Never in anything of ours, wherever a sender puts it.
CANARY = "the-canary-sings-at-midnight"
CONTENT = {
    "gen_ai.input.messages": CANARY,
    "gen_ai.output.messages": CANARY,
    "gen_ai.system_instructions": CANARY,
    "gen_ai.prompt.0.content": CANARY,
    "hidden_params": CANARY,
}
#: One call of a model in the words of each generation of the conventions.
GENERATIONS: dict[str, dict[str, Any]] = {
    "up to 1.26": {
        "gen_ai.system": "z_ai",
        "gen_ai.request.model": "glm-4.5",
        "gen_ai.usage.prompt_tokens": 1_000,
        "gen_ai.usage.completion_tokens": 200,
    },
    "1.27 to 1.36": {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "zai",
        "gen_ai.request.model": "glm-4.5",
        "gen_ai.response.model": "glm-4.5-0728",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 200,
    },
    "from 1.37": {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "z_ai",
        "gen_ai.request.model": "glm-4.5",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 200,
        "gen_ai.usage.cache_read.input_tokens": 300,
        "gen_ai.usage.cache_creation.input_tokens": 50,
    },
    "own repository": {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "zhipu",
        "gen_ai.request.model": "glm-4.5",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 200,
        "gen_ai.usage.cache_read.input_tokens": 300,
        "gen_ai.usage.cache_write.input_tokens": 50,
        "gen_ai.response.time_to_first_chunk": 0.5,
    },
}
NEWEST = GENERATIONS["own repository"]


def span(number: int = 1, attributes: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """A span in our own words for tests; `as_json` and `as_protobuf` write it down."""
    plain = {
        "trace_id": "5b8efff798038103d269b633813fc60c",
        "span_id": f"{number:016x}",
        "start_ns": START_NS,
        "end_ns": START_NS + 2_500_000_000,
        "attributes": {**(NEWEST if attributes is None else attributes), **CONTENT},
        "status": 0,
    }
    return {**plain, **values}


def as_json(spans: list[dict[str, Any]], resource: dict[str, Any] | None = None) -> bytes:
    told = {"resource": {"attributes": _pairs(resource or {})}, "scopeSpans": [{"spans": [_json(s) for s in spans]}]}
    return json.dumps({"resourceSpans": [told], "unknownField": {"a": 1}}).encode()


def as_protobuf(spans: list[dict[str, Any]], resource: dict[str, Any] | None = None) -> bytes:
    message = ExportTraceServiceRequest()
    told = message.resource_spans.add()
    _fill(told.resource.attributes, resource or {})
    scope = told.scope_spans.add()
    for each in spans:
        written = scope.spans.add(
            trace_id=bytes.fromhex(each["trace_id"]),
            span_id=bytes.fromhex(each["span_id"]),
            start_time_unix_nano=each["start_ns"],
            end_time_unix_nano=each["end_ns"],
        )
        written.status.code = each["status"]
        _fill(written.attributes, each["attributes"])
    return message.SerializeToString()


def _json(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "traceId": each["trace_id"].upper(),
        "spanId": each["span_id"],
        "name": "chat",
        "kind": 3,
        "startTimeUnixNano": str(each["start_ns"]),
        "endTimeUnixNano": str(each["end_ns"]),
        "attributes": _pairs(each["attributes"]),
        "events": [{"name": CANARY, "attributes": _pairs({"content": CANARY})}],
        "status": {"code": each["status"], "message": CANARY} if each["status"] else {},
    }


def _pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}


def _fill(pairs: Any, attributes: dict[str, Any]) -> None:
    names = {str: "string_value", bool: "bool_value", int: "int_value", float: "double_value"}
    for key, value in attributes.items():
        pair = pairs.add(key=key)
        setattr(pair.value, names[type(value)], value)
