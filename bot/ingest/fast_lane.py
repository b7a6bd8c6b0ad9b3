"""The short ways of hot requests, past what only the others need."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.clock import monotonic_seconds
from bot.errors import DatabaseUnavailable
from bot.ingest import problems
from bot.ingest.bodies import SMALL_BYTES, first_fields, is_plain_json
from bot.ingest.endpoint import AtOnce, Begun, Endpoint
from bot.ingest.exchange import Gate
from bot.ingest.metrics import HttpMetrics

#: Fields of a request's head, names in small letters, as the server has read them.
Fields = Iterable[tuple[bytes, bytes]]
Tell = Callable[[Response], None]


class Express:
    """The usual request of a hot endpoint, from a whole body to its answer, without a task, a wait or a copy.

    Setting these up for a call that is durable in two milliseconds costs the interpreter more than checking and storing
    it. Whatever is not usual is declined, without a trace: the path of every other request has all the answers.
    """

    def __init__(self, endpoint: Endpoint, at_once: AtOnce, gate: Gate, metrics: HttpMetrics) -> None:
        self._endpoint = endpoint
        self._at_once = at_once
        self._gate = gate
        self._metrics = metrics
        self.method, self.path = endpoint.method.encode(), endpoint.path.encode()
        limit_bytes = endpoint.body.limit_bytes if endpoint.body is not None else 0
        self._body_bytes = min(SMALL_BYTES, limit_bytes)

    def begin(self, fields: Fields, body: bytes, tell: Tell) -> bool:
        """Take the request and tell its answer in time, or give False."""
        at = monotonic_seconds()
        begun = self._begun(first_fields(fields), body)
        if begun is None:
            return False
        begun.done.add_done_callback(partial(self._done, begun, tell, at))
        return True

    def _begun(self, head: Mapping[bytes, bytes], body: bytes) -> Begun | None:
        if not is_plain_json(head) or len(body) > self._body_bytes:
            return None
        if not self._gate.admits_at_once(self._endpoint, head.get(b"authorization", b"").decode("latin-1")):
            return None
        try:
            return self._at_once(body)
        # The usual way meets it again, and has it logged and answered as what it is.
        except Exception:  # noqa: BLE001
            return None

    def _done(self, begun: Begun, tell: Tell, at: float, _future: "asyncio.Future[object]") -> None:
        response = self._response(begun)
        tell(response)
        endpoint = self._endpoint
        self._metrics.count(endpoint.path, endpoint.method, response.status_code, monotonic_seconds() - at)

    def _response(self, begun: Begun) -> Response:
        try:
            return begun.answer(begun.done.result())
        except asyncio.CancelledError:
            fault: Exception = DatabaseUnavailable("riskbot is stopping; whether it was stored is not known.")
        # The last line before the caller, who never sees a traceback; the log has it whole.
        except Exception as error:  # noqa: BLE001
            fault = error
        return problems.answer(fault, where=f"{self._endpoint.method} {self._endpoint.path}")


class FastLane:
    """Finds the resource of a path in one look, past Starlette's own way to it, which costs as much as an answer.

    Nothing is lost by it: a resource answers to every method and turns every error into an answer by itself.
    """

    def __init__(self, app: Starlette, routes: Iterable[Route], express: Iterable[Express]) -> None:
        self._app = app
        self._by_path = {route.path: route.app for route in routes if "{" not in route.path}
        #: By the path as it is written in a request, for a server that can begin one by itself.
        self.express: Mapping[bytes, Express] = {each.path: each for each in express}

    @property
    def routes(self) -> list[BaseRoute]:
        """Everything that is served, by whichever way."""
        return self._app.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._by_path.get(scope["path"]) if scope["type"] == "http" else None
        await (found or self._app)(scope, receive, send)


def express_ways(endpoints: Iterable[Endpoint], gate: Gate, metrics: HttpMetrics) -> list[Express]:
    """Those of the endpoints that have one."""
    return [Express(each, each.at_once, gate, metrics) for each in endpoints if each.at_once is not None]
