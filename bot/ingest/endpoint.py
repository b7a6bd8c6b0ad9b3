"""One call of the HTTP API, declared once: the routes and the OpenAPI document are both made from it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.responses import Response

from bot.ingest.bodies import Body, LargeBody
from bot.ingest.tokens import Scope
from bot.store.tokens import Token

Model = TypeVar("Model", bound=BaseModel)

#: PostgreSQL's bigint; SQLite's integers are as wide.
LARGEST_ID = 2**63 - 1


class Call(NamedTuple):
    """A request that was let in: its token, and everything in it checked against the endpoint's models."""

    #: None only where the endpoint takes no token.
    token: Token | None
    headers: Headers
    path: BaseModel | None
    query: BaseModel | None
    body: Any

    @property
    def caller(self) -> Token:
        """The token of an endpoint that takes one."""
        assert self.token is not None
        return self.token


class Reply(NamedTuple):
    """An answer of another status than 200, or with headers of its own."""

    model: BaseModel
    status: int = 200
    headers: Mapping[str, str] = {}


#: Nothing of the API may be kept by a proxy, or be taken for anything but what it says it is.
JSON_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Answer = BaseModel | Reply | Response
Handler = Callable[[Call], Awaitable[Answer]]


class Begun(NamedTuple):
    """Work that goes on without anybody's help: what it will give, and the answer to a caller that is made of it."""

    done: "asyncio.Future[Any]"
    answer: Callable[[Any], Response]


#: Begins what a small body of one piece asks for; None for one that is not good as it stands, and of which the handler
#: knows more to say. Raises like a handler.
AtOnce = Callable[[bytes], Begun | None]


class Told(NamedTuple):
    """One answer in the OpenAPI document: its model, or for anything but JSON its media type."""

    description: str
    model: type[BaseModel] | None = None
    media_type: str = "application/json"


@dataclass(frozen=True)
class Endpoint:
    """Method and path, who may call it, what it takes and gives."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    handler: Handler
    summary: str
    description: str
    answers: Mapping[int, Told]
    #: None: open to everybody who can reach the port.
    scope: Scope | None
    tag: str
    path_model: type[BaseModel] | None = None
    query_model: type[BaseModel] | None = None
    body: Body | LargeBody | None = None
    #: Header name → what it is for.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Whether a request counts against its token's rate. Telemetry does not: what is refused there is lost, and the
    #: commit queue holds it back by itself.
    is_metered: bool = True
    #: The express way of the endpoint's usual request, for one that comes thousands of times a second.
    at_once: AtOnce | None = None


def to_response(answer: Answer) -> Response:
    """What goes to the caller."""
    if isinstance(answer, Response):
        return answer
    model, status, headers = answer if isinstance(answer, Reply) else Reply(answer)
    body = model.model_dump_json(exclude_none=True, by_alias=True)
    return Response(body, status, {**JSON_HEADERS, **headers}, "application/json")


def checked(value: BaseModel | None, model: type[Model]) -> Model:
    """The path or query of a call, which the shared path has made from this very model."""
    assert isinstance(value, model)
    return value
