"""The OpenAPI document, made from the very endpoints that are served."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from bot.ingest.bodies import JSON
from bot.ingest.endpoint import Endpoint, Told
from bot.ingest.problems import ErrorAnswer
from bot.ingest.tokens import Scope

REF = "#/components/schemas/{model}"
DESCRIPTION = (
    "Alerts in, state out. Every call but the health checks takes an API token as bearer token. Every answer that is "
    "no success has the same form; its `reference` stands beside the details in riskbot's log. Times are RFC 3339 "
    "with an offset. Unknown fields are refused by name, except where another program's format is taken."
)

_Schemas = Mapping[tuple[Any, JsonSchemaMode], dict[str, Any]]


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """An OpenAPI 3.1 document of these endpoints."""
    schemas, components = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "riskbot", "version": version, "description": DESCRIPTION},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": _security()}},
    }


def _security() -> dict[str, str]:
    scopes = ", ".join(Scope)
    return {
        "type": "http",
        "scheme": "bearer",
        "description": f"`riskbot token create NAME --scope SCOPE` makes one. Scopes: {scopes}.",
    }


def _schemas(endpoints: Iterable[Endpoint]) -> tuple[_Schemas, dict[str, Any]]:
    """The schema of every body and answer, and the components that they refer to."""
    wanted: dict[tuple[Any, JsonSchemaMode], None] = {(ErrorAnswer, "serialization"): None}
    for endpoint in endpoints:
        if endpoint.body:
            wanted[endpoint.body.schema, "validation"] = None
        wanted.update({(told.model, "serialization"): None for told in endpoint.answers.values() if told.model})
    inputs = [(kind, mode, TypeAdapter(kind)) for kind, mode in wanted]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=REF)
    return schemas, definitions.get("$defs", {})


def _operation(endpoint: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": _described(endpoint),
        "parameters": list(_parameters(endpoint)),
        "responses": dict(_responses(endpoint, schemas)),
        "security": [{"token": []}] if endpoint.scope else [],
    }
    if endpoint.body:
        schema = schemas[endpoint.body.schema, "validation"]
        content: dict[str, Any] = {JSON: {"schema": schema}}
        content.update({media: {"schema": {"type": "string"}} for media in endpoint.body.also})
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    words = endpoint.path.replace("{", "").replace("}", "").replace(".", "/").split("/")
    return "_".join([endpoint.method.lower(), *filter(None, words)])


def _described(endpoint: Endpoint) -> str:
    scope = f"Scope: `{endpoint.scope}`." if endpoint.scope else "Takes no token."
    return f"{endpoint.description}\n\n{scope}"


def _parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    if endpoint.path_model:
        yield from _of_model(endpoint.path_model, "path")
    if endpoint.query_model:
        yield from _of_model(endpoint.query_model, "query")
    for name, description in endpoint.headers.items():
        yield {
            "name": name,
            "in": "header",
            "required": False,
            "description": description,
            "schema": {"type": "string"},
        }


def _of_model(model: type[BaseModel], place: str) -> Iterator[dict[str, Any]]:
    whole = model.model_json_schema(mode="validation")
    required = whole.get("required", [])
    for name, prop in whole["properties"].items():
        schema = _flat(prop, whole.get("$defs", {}))
        description = schema.pop("description", "")
        given = {"name": name, "in": place, "required": name in required, "schema": schema}
        yield {**given, "description": description} if description else given


def _flat(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter cannot be null, only absent; and what it refers to is small enough to stand in place."""
    merged = {key: value for key, value in schema.items() if key not in {"anyOf", "$ref", "title", "default"}}
    if schema.get("default") not in (None, []):
        merged["default"] = schema["default"]
    for choice in schema.get("anyOf", [schema]):
        target = definitions[choice["$ref"].rpartition("/")[2]] if "$ref" in choice else choice
        if target.get("type") != "null":
            merged.update({key: value for key, value in target.items() if key in {"type", "enum", "format"}})
    return merged


def _responses(endpoint: Endpoint, schemas: _Schemas) -> Iterator[tuple[str, dict[str, Any]]]:
    told = dict(endpoint.answers)
    for status in _error_statuses(endpoint):
        told.setdefault(status, Told(HTTPStatus(status).phrase))
    for status, answer in sorted(told.items()):
        yield str(status), _response(status, answer, schemas)


def _response(status: int, answer: Told, schemas: _Schemas) -> dict[str, Any]:
    response: dict[str, Any] = {"description": answer.description}
    if answer.model or status >= HTTPStatus.BAD_REQUEST:
        schema = schemas[answer.model or ErrorAnswer, "serialization"]
        response["content"] = {answer.media_type: {"schema": schema}}
    elif answer.media_type:
        response["content"] = {answer.media_type: {"schema": {"type": "string"}}}
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        response["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return response


def _error_statuses(endpoint: Endpoint) -> set[int]:
    """What the shared path may answer, by what the endpoint takes."""
    statuses = {500}
    if endpoint.scope:
        statuses |= {401, 403, 429, 503}
    if endpoint.body:
        statuses |= {400, 408, 413, 415, 422}
    if endpoint.path_model or endpoint.query_model:
        statuses.add(422)
    return statuses
