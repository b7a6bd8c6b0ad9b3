"""Large bodies of many items, taken apart as they arrive: an array, one object, or an object a line (NDJSON).

A slice holds at most 500 items: 32 MiB checked in one go stop the event loop for a second, 500 items for some ms.
"""

import codecs
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple, NoReturn, Protocol

from bot.ingest.problems import Invalid, InvalidJson, Rejected
from bot.ingest.text import printable

SLICE_ITEMS = 500
#: What is looked at in one go; an item that is cut by its end waits for the next piece.
SLICE_BYTES = 131_072
#: Longer than any call could be; it bounds what is kept of an item whose end has not come.
ITEM_BYTES = 262_144

_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class Slice(NamedTuple):
    """Items in their order, each with its place in the request, and those that are no JSON at all."""

    items: Sequence[tuple[int, Any]]
    rejected: Sequence[Rejected] = ()

    @property
    def last_index(self) -> int:
        return max([*(index for index, _ in self.items[-1:]), *(each.index for each in self.rejected[-1:])], default=0)


class Reader(Protocol):
    """Takes a body piece by piece; the last piece may be empty."""

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Slice]:
        """Whatever is complete now. Raises InvalidJson where nothing after a fault could be understood."""
        ...


class _Due(Enum):
    """What has to come next in an array."""

    OPENING = "["
    FIRST = "an item or ]"
    ITEM = "an item"
    COMMA = ", or ]"
    NOTHING = "nothing more"


class ArrayReader:
    """`[item, item, …]`: an error in the JSON ends it, since no later item could be found for sure."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._index = 0
        self._due = _Due.OPENING

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Slice]:
        try:
            self._text += self._decoder.decode(chunk, last)
        except UnicodeDecodeError:
            raise InvalidJson(f"The body is not UTF-8 after item {self._index}.") from None
        if not last and len(self._text) < SLICE_BYTES:
            return
        self._text = _without_nul(self._text)
        while items := self._some(last=last):
            yield Slice(items)
        if last and self._due != _Due.NOTHING:
            raise self._broken("the body ends")

    def _some(self, *, last: bool) -> list[tuple[int, Any]]:
        """Up to a slice of items from the front of the text, which then are gone from it."""
        items: list[tuple[int, Any]] = []
        at = self._pass_marks(0)
        while at < len(self._text) and len(items) < SLICE_ITEMS:
            found = self._item(at, last=last)
            if found is None:
                break
            items.append((self._index, found[0]))
            self._index += 1
            self._due = _Due.COMMA
            at = self._pass_marks(found[1])
        self._text = self._text[at:]
        return items

    def _item(self, at: int, *, last: bool) -> tuple[Any, int] | None:
        """The item that begins here and where it ends; None when more of the body has to come first."""
        try:
            value, end = _DECODER.raw_decode(self._text, at)
        except ValueError as error:
            if last or len(self._text) - at > ITEM_BYTES:
                raise self._broken(_said(error)) from None
            return None
        except RecursionError as error:
            raise self._broken(_said(error)) from None
        after = self._past_space(end)
        # What stands before no mark may go on in the next piece, as 12. does.
        is_whole = self._text[after : after + 1] in {",", "]"} or len(self._text) - at > ITEM_BYTES
        return (value, end) if last or is_whole else None

    def _pass_marks(self, at: int) -> int:
        """Pass over brackets, commas and space, to where an item begins or the text ends."""
        at = self._past_space(at)
        while at < len(self._text):
            following = _MARKS.get((self._due, self._text[at]))
            if following is None:
                if self._due in {_Due.FIRST, _Due.ITEM}:
                    break
                raise self._broken(f"{printable(self._text[at])!r} stands there")
            self._due = following
            at = self._past_space(at + 1)
        return at

    def _past_space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _broken(self, what: str) -> InvalidJson:
        return InvalidJson(f"The body is no JSON array at item {self._index}, where {self._due.value} is due: {what}.")


_MARKS = {
    (_Due.OPENING, "["): _Due.FIRST,
    (_Due.FIRST, "]"): _Due.NOTHING,
    (_Due.COMMA, ","): _Due.ITEM,
    (_Due.COMMA, "]"): _Due.NOTHING,
}


class LinesReader:
    """One object a line; a broken line is rejected by its place and spoils no other. Empty lines count for nothing."""

    def __init__(self) -> None:
        self._rest = b""
        self._index = 0

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Slice]:
        lines = (self._rest + chunk).split(b"\n")
        self._rest = b"" if last else lines.pop()
        if len(self._rest) > ITEM_BYTES:
            raise Invalid(f"Line {self._index} has more than {ITEM_BYTES:,} bytes.")
        filled = [line for line in lines if line and not line.isspace()]
        for at in range(0, len(filled), SLICE_ITEMS):
            yield self._read(filled[at : at + SLICE_ITEMS])

    def _read(self, lines: Sequence[bytes]) -> Slice:
        items: list[tuple[int, Any]] = []
        rejected: list[Rejected] = []
        for index, line in enumerate(lines, self._index):
            try:
                items.append((index, parse_text(line.decode("utf-8-sig"))))
            except (ValueError, RecursionError) as error:
                rejected.append(Rejected(index=index, error=f"the line is no JSON: {_said(error)}"))
        self._index += len(lines)
        return Slice(items, rejected)


class ObjectReader:
    """One object, over several lines perhaps; what turns out to be lines is given to their reader."""

    def __init__(self) -> None:
        self._body = b""

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Slice]:
        self._body += chunk
        if len(self._body) > ITEM_BYTES:
            raise InvalidJson(f"The body begins with an object of more than {ITEM_BYTES:,} bytes.")
        if last:
            try:
                yield Slice([(0, parse_text(self._body.decode("utf-8-sig")))])
            except (ValueError, RecursionError) as error:
                raise InvalidJson(f"The body is no JSON: {_said(error)}.") from None


async def slices(pieces: AsyncIterator[bytes], *, is_lines: bool) -> AsyncIterator[Slice]:
    """The slices of a body that arrives in pieces."""
    reader: Reader | None = None
    gathered = b""
    async for piece in pieces:
        gathered += piece
        if len(gathered) >= SLICE_BYTES:
            reader = reader or reader_for(gathered, is_lines=is_lines)
            for each in reader.feed(gathered, last=False):
                yield each
            gathered = b""
    reader = reader or reader_for(gathered, is_lines=is_lines)
    for each in reader.feed(gathered, last=True):
        yield each


def reader_for(head: bytes, *, is_lines: bool) -> Reader:
    """The reader of a body that begins so. Senders call everything JSON, so the body itself is looked at.

    Lines are what is called so, what begins with a whole object on a line, and what has an object begin on the next.
    """
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"["):
        return ArrayReader()
    first, newline, after = text.partition(b"\n")
    if is_lines or (newline and (after.startswith(b"{") or (after.strip() and _is_json(first)))):
        return LinesReader()
    return ObjectReader()


def parse_text(text: str) -> Any:
    """One JSON value; raises ValueError, and RecursionError when it is nested too deep."""
    return _DECODER.decode(_without_nul(text))


def _is_json(line: bytes) -> bool:
    try:
        parse_text(line.decode())
    except (ValueError, RecursionError):
        return False
    return True


def _without_nul(text: str) -> str:
    """PostgreSQL cannot store a NUL, which in JSON can only stand as an escape."""
    return _ESCAPED_NUL.sub(r"\1\\ufffd", text) if "\\u0000" in text else text


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else printable(str(error))
