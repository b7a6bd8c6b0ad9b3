"""Bodies of requests: what kind is taken, how much of it, how deep, and how long one waits for it."""

import asyncio
import codecs
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from bot.ingest.explain import explain, field_names
from bot.ingest.patience import within
from bot.ingest.problems import BodyTooLarge, BodyTooSlow, Invalid, InvalidJson, UnsupportedMedia
from bot.ingest.text import ended, printable, without_nul

#: Deeper JSON is nobody's alert; Python's parser gives up at about 1,000.
MAX_DEPTH = 50
#: Longest wait for a whole body, in real seconds: a sender that trickles must not hold a connection for ever.
READ_SECONDS = 30.0
#: A longer body may take longer, as long as it comes at this rate.
LEAST_BYTES_PER_SECOND = 65_536
JSON = "application/json"
PLAIN_JSON = JSON.encode()
#: The Content-Encoding of what is not compressed.
IDENTITY = "identity"
#: A length of so many digits may be too long.
LONG = b"100000"
#: Up to this size a body of one piece is taken for one object first.
SMALL_BYTES = 16_384
#: An object a line; the names that its senders use.
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")


@dataclass(frozen=True)
class Body:
    """What a request brings: `schema` is the type that the OpenAPI document shows, `parse` makes it from JSON."""

    schema: Any
    parse: Callable[[bytes], Any]
    limit_bytes: int
    #: Media types that are taken besides JSON.
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class LargeBody:
    """A body that is taken piece by piece, so that nobody holds all of it: the handler gets an `Incoming`."""

    schema: Any
    limit_bytes: int
    also: tuple[str, ...] = ()
    #: Content-Encodings that the handler undoes itself, within a limit of its own.
    encodings: tuple[str, ...] = ()


class Incoming:
    """A large body on its way: its media type, and its pieces."""

    def __init__(self, request: Request, body: LargeBody) -> None:
        self._request = request
        self._limit_bytes = body.limit_bytes
        self._room = body.limit_bytes
        self._patience_seconds = READ_SECONDS
        self._is_over = False

    @property
    def media(self) -> str:
        return _media(self._request.headers.get("content-type", ""))

    @property
    def encoding(self) -> str:
        """One of the body's `encodings`; empty where it came as it is."""
        encoding = _encoding(self._request)
        return "" if encoding == IDENTITY else encoding

    async def head(self, size: int) -> tuple[bytes, bool]:
        """The beginning, once more than `size` bytes have come or all of them; and whether that is all."""
        head = await self._next()
        while len(head) <= size and not self._is_over:
            head += await self._next()
        return head, self._is_over

    async def pieces(self, head: bytes = b"") -> AsyncIterator[bytes]:
        """What is left, after a head that was read already. Raises BodyTooLarge and BodyTooSlow."""
        yield head
        while not self._is_over:
            yield await self._next()

    async def _receive(self) -> Message:
        return await self._request.receive()

    async def _next(self) -> bytes:
        """The next piece. The time that the reader takes between pieces does not count against the sender.

        Asks the server itself: a generator and its end cost a small request as much as its validation.
        """
        try:
            message, waited_seconds = await within(self._patience_seconds, self._receive())
        except TimeoutError:
            raise BodyTooSlow(f"The body came at less than {LEAST_BYTES_PER_SECOND:,} bytes a second.") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece: bytes = message.get("body", b"")
        self._is_over = not message.get("more_body", False)
        self._room -= len(piece)
        self._patience_seconds += len(piece) / LEAST_BYTES_PER_SECOND - waited_seconds
        if self._room < 0:
            raise _too_large(self._limit_bytes)
        return piece


def first_fields(fields: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """A raw head by name, as it is looked up everywhere: the first of several fields with one name counts."""
    return dict(reversed(list(fields)))


def is_plain_json(head: Mapping[bytes, bytes]) -> bool:
    """Whether a head calls its body JSON and nothing else, as nearly all do."""
    return head.get(b"content-type") == PLAIN_JSON and b"content-encoding" not in head


def open_body(request: Request, body: LargeBody) -> Incoming:
    """Look at the head alone; raises UnsupportedMedia, and BodyTooLarge where the length is told."""
    # One look at the raw head settles nearly every request; each look-up by name goes through all of it.
    head = first_fields(request.scope["headers"])
    if not is_plain_json(head):
        _check_media(request, body)
    if len(head.get(b"content-length", LONG)) >= len(LONG):
        _check_told_length(request, body)
    return Incoming(request, body)


def json_body(model: type[BaseModel], limit_bytes: int) -> Body:
    """One object of our own shape; anything else in it is refused by name."""
    names = field_names(model)

    def parse(body: bytes) -> BaseModel:
        parse_json(body)
        try:
            # From the text: moments are told apart by their kind in Python, which would stand in the fault's path.
            return model.model_validate_json(without_nul(body).removeprefix(codecs.BOM_UTF8))
        except ValidationError as error:
            raise Invalid(ended(f"The body is not as expected: {explain(error, names)}")) from None

    return Body(schema=model, parse=parse, limit_bytes=limit_bytes)


async def read_body(request: Request, body: Body) -> bytes:
    """The whole body; raises UnsupportedMedia, BodyTooLarge (before reading, where the length is told), BodyTooSlow."""
    _check_media(request, body)
    _check_told_length(request, body)
    chunks: list[bytes] = []
    room = body.limit_bytes
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                room -= len(chunk)
                if room < 0:
                    raise _too_large(body.limit_bytes)
                chunks.append(chunk)
    except TimeoutError:
        raise BodyTooSlow(f"The body did not arrive within {READ_SECONDS:g} s.") from None
    return b"".join(chunks)


def _check_told_length(request: Request, body: Body | LargeBody) -> None:
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:20]) > body.limit_bytes:
        raise _too_large(body.limit_bytes)


def _encoding(request: Request) -> str:
    return request.headers.get("content-encoding", IDENTITY).strip().lower()


def _media(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _check_media(request: Request, body: Body | LargeBody) -> None:
    encoding, taken = _encoding(request), body.encodings if isinstance(body, LargeBody) else ()
    if encoding not in {"", IDENTITY, *taken}:
        hint = f"Send it with {' or '.join(taken)}, or not compressed." if taken else ""
        raise UnsupportedMedia(f"Content-Encoding {printable(encoding)} is not taken here.", hint=hint)
    content_type = request.headers.get("content-type", "")
    if content_type != JSON:
        _check_content_type(content_type, body)


def _check_content_type(content_type: str, body: Body | LargeBody) -> None:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    is_json = kind in {"", JSON} or (kind.startswith("application/") and kind.endswith("+json"))
    if not is_json and kind not in body.also:
        taken = " and ".join(["JSON", *body.also])
        raise UnsupportedMedia(f"The body is called {printable(kind)}; only {taken} is taken here.")
    charset = next((each[8:].strip('"') for each in parameters if each.startswith("charset=")), "utf-8")
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMedia(f"The charset {printable(charset)} is not taken here; JSON is UTF-8.")


def _too_large(limit_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit_bytes:,} bytes.")


def parse_json(body: bytes) -> Any:
    """JSON as Python values, NULs replaced. Raises InvalidJson, and Invalid when it is nested too deep."""
    value = load_json(body)
    # Counting brackets is a single pass in C and settles almost every body.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise _too_deep()
    return value


def load_json(body: bytes) -> Any:
    """The same for readers that go no deeper than they know the form, to whom depth does no harm."""
    try:
        return json.loads(without_nul(body).decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InvalidJson(f"The body is not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise InvalidJson(f"The body is no JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except ValueError as error:
        raise InvalidJson(f"The body is no JSON: {printable(str(error))}.") from None
    except RecursionError:
        raise _too_deep() from None


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
