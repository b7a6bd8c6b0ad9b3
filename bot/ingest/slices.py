"""Large bodies of many items, taken apart as they arrive: an array, one object, or an object a line (NDJSON).

A slice holds at most 500 items: 32 MiB checked in one go stop the event loop for a second, 500 items for some ms.
"""

import codecs
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from enum import Enum
from itertools import islice
from typing import Any, NamedTuple, NoReturn, Protocol

from bot.ingest.problems import Invalid, InvalidJson
from bot.ingest.text import printable

SLICE_ITEMS = 500
#: What is looked at in one go; an item that is cut by its end waits for the next piece.
SLICE_BYTES = 131_072
#: Longer than any call of our own form could be; it bounds what is kept of an item whose end has not come. Senders
#: whose items carry prompts that we drop set a bound of their own.
ITEM_BYTES = 262_144

#: Between two objects of an array, or what looks like it within a text.
_BETWEEN = re.compile(r"\}[ \t\n\r]*,(?=[ \t\n\r]*\{)")
_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class Slice(NamedTuple):
    """Some items in their order, the first of which has the place `first` in the request."""

    first: int
    #: The JSON of each item, to be checked one by one.
    items: Sequence[bytes] = ()
    #: Or all of them as they were checked together.
    checked: Sequence[Any] = ()

    @property
    def end(self) -> int:
        return self.first + len(self.items) + len(self.checked)


#: Checks a JSON array in one step of compiled code; None when anything is wrong with it.
CheckMany = Callable[[str], Sequence[Any] | None]


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

    def __init__(self, check_many: CheckMany, item_bytes: int = ITEM_BYTES) -> None:
        self._check_many = check_many
        self._item_bytes = item_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        #: Less text than this is not looked at: an item that did not end in it would be read in vain once more.
        self._enough = SLICE_BYTES
        self._index = 0
        self._due = _Due.OPENING

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Slice]:
        try:
            self._text += self._decoder.decode(chunk, last)
        except UnicodeDecodeError:
            raise InvalidJson(f"The body is not UTF-8 after item {self._index}.") from None
        if not last and len(self._text) < self._enough:
            return
        self._text = _without_nul(self._text)
        while self._is_at_an_item() and (piece := self._all_at_once(last=last) or self._one_by_one(last=last)):
            yield piece
        # Twice as much each time: an item of many pieces is read through a few times and not once a piece.
        self._enough = max(SLICE_BYTES, 2 * len(self._text))
        if last and self._due != _Due.NOTHING:
            raise self._broken("the body ends")

    def _all_at_once(self, *, last: bool) -> Slice | None:
        """A slice whose items are all good; None when that does not work.

        It ends at what looks like the end of one object and the beginning of the next. Where that is within a text or
        an object, what stands before it is no whole array, and so is not taken for one.
        """
        end = self._likely_end(last=last)
        found = self._check_many(f"[{self._text[:end]}]") if end else None
        if not found:
            return None
        self._text, self._due = self._text[end:], _Due.COMMA
        self._index += len(found)
        return Slice(self._index - len(found), checked=found)

    def _likely_end(self, *, last: bool) -> int:
        ends = [found.start() + 1 for found in islice(_BETWEEN.finditer(self._text), SLICE_ITEMS)]
        if len(ends) < SLICE_ITEMS and last:
            return max(0, self._text.rfind("]"))
        return ends[-1] if ends else 0

    def _one_by_one(self, *, last: bool) -> Slice | None:
        """A slice of items whatever they are; None when more of the body has to come first."""
        items: list[bytes] = []
        try:
            while len(items) < SLICE_ITEMS and self._is_at_an_item() and (item := self._item(last=last)):
                items.append(item)
                self._index += 1
        except InvalidJson:
            # Those before the fault come first; the next look finds it again.
            if not items:
                raise
        return Slice(self._index - len(items), items) if items else None

    def _item(self, *, last: bool) -> bytes | None:
        """Take the item at the front of the text; None when more of the body has to come first."""
        try:
            value, end = _DECODER.raw_decode(self._text)
            item = json.dumps(value).encode()
        except ValueError as error:
            if last or len(self._text) > self._item_bytes:
                raise self._broken(_said(error)) from None
            return None
        except RecursionError as error:
            raise self._broken(_said(error)) from None
        after = self._past_space(end)
        # What stands before no mark may go on in the next piece, as 12. does.
        if not last and self._text[after : after + 1] not in {",", "]"} and len(self._text) <= self._item_bytes:
            return None
        self._text, self._due = self._text[end:], _Due.COMMA
        return item

    def _is_at_an_item(self) -> bool:
        """Cut off brackets, commas and space; whether there is anything behind them. Raises InvalidJson at others."""
        at = self._past_space(0)
        while at < len(self._text) and self._due not in {_Due.FIRST, _Due.ITEM}:
            at = self._mark(at)
        if at < len(self._text) and self._due == _Due.FIRST and self._text[at] == "]":
            at = self._mark(at)
        self._text = self._text[at:]
        return bool(self._text)

    def _mark(self, at: int) -> int:
        """Pass over one mark; gives where the next thing stands."""
        following = _MARKS.get((self._due, self._text[at]))
        if following is None:
            self._text = self._text[at:]
            raise self._broken(f"{printable(self._text[:1])!r} stands there")
        self._due = following
        return self._past_space(at + 1)

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
    """One object a line, so that a broken one spoils no other. Empty lines count for nothing."""

    def __init__(self, item_bytes: int = ITEM_BYTES) -> None:
        self._item_bytes = item_bytes
        #: A line whose end has not come; a bytearray grows without being copied.
        self._rest = bytearray()
        self._index = 0

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Slice]:
        self._rest += chunk
        lines = self._whole_lines(last=last) if last or b"\n" in chunk else []
        if len(self._rest) > self._item_bytes:
            raise Invalid(f"Line {self._index} has more than {self._item_bytes:,} bytes.")
        filled = [line for line in lines if line and not line.isspace()]
        for at in range(0, len(filled), SLICE_ITEMS):
            some = filled[at : at + SLICE_ITEMS]
            yield Slice(self._index, some)
            self._index += len(some)

    def _whole_lines(self, *, last: bool) -> list[bytes]:
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray() if last else bytearray(rest)
        return [*lines, rest] if last else lines


class ObjectReader:
    """One object, over several lines perhaps."""

    def __init__(self, item_bytes: int = ITEM_BYTES) -> None:
        self._item_bytes = item_bytes
        self._body = bytearray()

    def feed(self, chunk: bytes, *, last: bool) -> Iterator[Slice]:
        self._body += chunk
        if len(self._body) > self._item_bytes:
            raise InvalidJson(f"The body begins with an object of more than {self._item_bytes:,} bytes.")
        if last:
            try:
                parse_text(self._body.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                raise InvalidJson(f"The body is no JSON: {_said(error)}.") from None
            yield Slice(0, [bytes(self._body).removeprefix(codecs.BOM_UTF8)])


async def slices(
    pieces: AsyncIterator[bytes], *, is_lines: bool, check_many: CheckMany, item_bytes: int = ITEM_BYTES
) -> AsyncIterator[Slice]:
    """The slices of a body that arrives in pieces."""
    reader: Reader | None = None
    gathered = bytearray()
    async for piece in pieces:
        gathered += piece
        if len(gathered) >= SLICE_BYTES and (reader or _can_tell(gathered, piece, item_bytes)):
            chunk = bytes(gathered)
            reader = reader or reader_for(chunk, is_lines=is_lines, check_many=check_many, item_bytes=item_bytes)
            for each in reader.feed(chunk, last=False):
                yield each
            gathered.clear()
    chunk = bytes(gathered)
    reader = reader or reader_for(chunk, is_lines=is_lines, check_many=check_many, item_bytes=item_bytes)
    for each in reader.feed(chunk, last=True):
        yield each


def _can_tell(head: bytearray, piece: bytes, item_bytes: int) -> bool:
    """Whether it can be told what the body is; where it begins with an object, the end of its line has to be there."""
    begins = bytes(head[:SLICE_BYTES]).removeprefix(codecs.BOM_UTF8).lstrip()
    # What came before this piece and lies behind the first slice had no line's end, else it would have been told then.
    return not begins.startswith(b"{") or b"\n" in begins or b"\n" in piece or len(head) > item_bytes


def reader_for(head: bytes, *, is_lines: bool, check_many: CheckMany, item_bytes: int = ITEM_BYTES) -> Reader:
    """The reader of a body that begins so. Senders call everything JSON, so the body itself is looked at.

    Lines are what is called so, what begins with a whole object on a line, and what has an object begin on the next.
    """
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"["):
        return ArrayReader(check_many, item_bytes)
    first, newline, after = text.partition(b"\n")
    if is_lines or (newline and (after.startswith(b"{") or (after.strip() and _is_json(first)))):
        return LinesReader(item_bytes)
    return ObjectReader(item_bytes)


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
