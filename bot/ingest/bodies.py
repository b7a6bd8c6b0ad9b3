"""Bodies of requests: what kind is taken, how much of it, how deep, and how long one waits for it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from bot.ingest.explain import explain, field_names
from bot.ingest.problems import BodyTooLarge, BodyTooSlow, Invalid, InvalidJson, UnsupportedMedia
from bot.ingest.text import ended, printable, without_nul

#: Deeper JSON is nobody's alert; Python's parser gives up at about 1,000.
MAX_DEPTH = 50
#: Longest wait for a whole body, in real seconds: a sender that trickles must not hold a connection for ever.
READ_SECONDS = 30.0


@dataclass(frozen=True)
class Body:
    """What a request brings: `schema` is the type that the OpenAPI document shows, `parse` makes it from JSON."""

    schema: Any
    parse: Callable[[bytes], Any]
    limit_bytes: int


def json_body(model: type[BaseModel], limit_bytes: int) -> Body:
    """One object of our own shape; anything else in it is refused by name."""
    names = field_names(model)

    def parse(body: bytes) -> BaseModel:
        try:
            return model.model_validate(parse_json(body))
        except ValidationError as error:
            raise Invalid(ended(f"The body is not as expected: {explain(error, names)}")) from None

    return Body(schema=model, parse=parse, limit_bytes=limit_bytes)


async def read_body(request: Request, body: Body) -> bytes:
    """The whole body; raises UnsupportedMedia, BodyTooLarge (before reading, where the length is told), BodyTooSlow."""
    _check_media(request)
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:20]) > body.limit_bytes:
        raise _too_large(body)
    chunks: list[bytes] = []
    room = body.limit_bytes
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                room -= len(chunk)
                if room < 0:
                    raise _too_large(body)
                chunks.append(chunk)
    except TimeoutError:
        raise BodyTooSlow(f"The body did not arrive within {READ_SECONDS:g} s.") from None
    return b"".join(chunks)


def _check_media(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise UnsupportedMedia(f"Content-Encoding {printable(encoding)} is not taken here.")
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    if kind not in {"", "application/json"} and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMedia(f"The body is called {printable(kind)}; only JSON is taken here.")
    charset = next((each[8:].strip('"') for each in parameters if each.startswith("charset=")), "utf-8")
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMedia(f"The charset {printable(charset)} is not taken here; JSON is UTF-8.")


def _too_large(body: Body) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {body.limit_bytes:,} bytes; none of it was stored.")


def parse_json(body: bytes) -> Any:
    """JSON as Python values, NULs replaced. Raises InvalidJson, and Invalid when it is nested too deep."""
    try:
        value = json.loads(without_nul(body).decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InvalidJson(f"The body is not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise InvalidJson(f"The body is no JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except ValueError as error:
        raise InvalidJson(f"The body is no JSON: {printable(str(error))}.") from None
    except RecursionError:
        raise _too_deep() from None
    # Counting brackets is a single pass in C and settles almost every body.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise _too_deep()
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _too_deep() -> Invalid:
    return Invalid(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _is_deeper(value: Any, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [child for each in level for child in _children(each)]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)


def _children(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
