"""The one path of every request: token, scope, rate limit, size, form, handler, answer."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.clock import monotonic_seconds
from bot.errors import RiskbotError
from bot.ingest import problems
from bot.ingest.bodies import Body, LargeBody, open_body, read_body
from bot.ingest.endpoint import Call, Endpoint, to_response
from bot.ingest.explain import explain, field_names
from bot.ingest.metrics import HttpMetrics
from bot.ingest.problems import Forbidden, Invalid, MethodNotAllowed, RateLimited
from bot.ingest.rate_limits import RateLimits
from bot.ingest.text import ended, printable, storable
from bot.ingest.tokens import Scope as TokenScope
from bot.ingest.tokens import Tokens
from bot.right_of_way import RightOfWay
from bot.store.tokens import Token

#: nginx's word for a caller that left; nobody reads the answer, the metrics do.
CLIENT_CLOSED = 499


class Gate:
    """Lets requests in, or says why not."""

    def __init__(self, tokens: Tokens, limits: RateLimits, way: RightOfWay) -> None:
        self._tokens = tokens
        self._limits = limits
        self._way = way

    async def admit(self, endpoint: Endpoint, request: Request) -> Call:
        """Check everything about the request, cheapest first; raises the Problem that the caller is told."""
        # What is not waited for is not awaited: each coroutine costs the hot path as much as a look at the head.
        if self._way.is_taken:
            await self._way.given()
        token = await self._identify(endpoint, endpoint.scope, request) if endpoint.scope is not None else None
        path = _path(endpoint, request) if endpoint.path_model else None
        query = _query(endpoint, request.query_params) if endpoint.query_model else None
        form = endpoint.body
        body = open_body(request, form) if isinstance(form, LargeBody) else await _parsed(form, request)
        return Call(token, request.headers, path, query, body)

    def admits_at_once(self, endpoint: Endpoint, authorization: str) -> bool:
        """Whether the request may come in without anything being waited for; if not, `admit` knows why."""
        if endpoint.is_metered or endpoint.scope is None or self._way.is_taken:
            return False
        token = self._tokens.proven(authorization)
        return token is not None and endpoint.scope in token.scopes

    async def _identify(self, endpoint: Endpoint, scope: TokenScope, request: Request) -> Token:
        token = await self._tokens.authenticate(request.headers.get("authorization"))
        if scope not in token.scopes:
            raise Forbidden(
                f"This call takes the scope {scope}; the token {token.name} has {', '.join(token.scopes)}.",
                hint=f"`riskbot token create NAME --scope {scope}` makes a token that may.",
            )
        wait = self._limits.wait_seconds(token.id) if endpoint.is_metered else 0
        if wait > 0:
            raise RateLimited(
                f"The token {token.name} made too many requests.", headers={"Retry-After": str(math.ceil(wait))}
            )
        return token


class Resource:
    """Everything that one path answers to, as an ASGI application."""

    def __init__(self, endpoints: Sequence[Endpoint], gate: Gate, metrics: HttpMetrics) -> None:
        self._endpoints: dict[str, Endpoint] = {endpoint.method: endpoint for endpoint in endpoints}
        self._route = endpoints[0].path
        self._gate = gate
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = monotonic_seconds()
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)
        self._metrics.count(self._route, request.method, response.status_code, monotonic_seconds() - begun)

    async def _respond(self, request: Request) -> Response:
        where = f"{request.method} {self._route}"
        try:
            endpoint = self._endpoint(request.method)
            return to_response(await endpoint.handler(await self._gate.admit(endpoint, request)))
        except ClientDisconnect:
            return Response(status_code=CLIENT_CLOSED)
        except RiskbotError as error:
            return problems.answer(error, where=where)
        # The last line before the caller, who never sees a traceback; the log has it whole.
        except Exception as error:  # noqa: BLE001
            return problems.answer(error, where=where)

    def _endpoint(self, method: str) -> Endpoint:
        # HEAD asks what GET would answer; the server leaves the body out.
        endpoint = self._endpoints.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            allowed = ", ".join(sorted(self._endpoints))
            raise MethodNotAllowed(
                f"{self._route} does not answer to {printable(method)}.",
                hint=f"It answers to {allowed}.",
                headers={"Allow": allowed},
            )
        return endpoint


def make_routes(endpoints: Iterable[Endpoint], gate: Gate, metrics: HttpMetrics) -> list[Route]:
    """One route a path, in the order in which the paths come: the first ones are found fastest."""
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    return [Route(path, Resource(each, gate, metrics), name=path) for path, each in by_path.items()]


async def _parsed(form: Body | None, request: Request) -> Any:
    return None if form is None else form.parse(await read_body(request, form))


def _path(endpoint: Endpoint, request: Request) -> BaseModel:
    values = {name: storable(value) for name, value in request.path_params.items()}
    return _validated(endpoint.path_model, values, "path")


def _query(endpoint: Endpoint, params: QueryParams) -> BaseModel:
    model = endpoint.query_model
    assert model is not None
    several = {name for name, field in model.model_fields.items() if _takes_several(field.annotation)}
    values: dict[str, Any] = {}
    for name, value in params.multi_items():
        if name in several:
            values.setdefault(name, []).append(storable(value))
        elif name in values:
            raise Invalid(f"The query gives {printable(name)} twice.")
        else:
            values[name] = storable(value)
    return _validated(model, values, "query")


def _takes_several(annotation: Any) -> bool:
    return get_origin(annotation) in {list, tuple}


def _validated(model: type[BaseModel] | None, values: Mapping[str, Any], part: str) -> BaseModel:
    assert model is not None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        said = explain(error, field_names(model))
        raise Invalid(ended(f"The {part} is not as expected: {said}")) from None
