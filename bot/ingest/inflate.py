"""A whole body, inflated where it came compressed; the limit holds for what it becomes, not for what was sent."""

import zlib

from bot.ingest.bodies import Incoming
from bot.ingest.problems import BodyTooLarge, InvalidCompression

#: Content-Encoding → the window bits by which zlib knows the form.
_FORMS = {"gzip": 31, "deflate": 15}
ENCODINGS = tuple(_FORMS)


async def whole_body(incoming: Incoming, limit_bytes: int) -> bytes:
    """The body as it was before its compression.

    Raises BodyTooLarge as soon as more than `limit_bytes` have come out, so that a bomb never unfolds,
    InvalidCompression, and what reading the body raises.
    """
    inflater = _Inflater(incoming.encoding, limit_bytes) if incoming.encoding else None
    whole = bytearray()
    async for piece in incoming.pieces():
        whole += inflater.feed(piece) if inflater else piece
    if inflater:
        inflater.end()
    return bytes(whole)


class _Inflater:
    def __init__(self, encoding: str, limit_bytes: int) -> None:
        self._encoding = encoding
        self._limit_bytes = limit_bytes
        self._room = limit_bytes
        self._stream = zlib.decompressobj(_FORMS[encoding])

    def feed(self, piece: bytes) -> bytes:
        if not piece:
            return b""
        if self._stream.eof:
            raise self._wrong("goes on after its end")
        try:
            # One byte more than there is room for tells a body that fits from one that does not.
            found = self._stream.decompress(piece, self._room + 1)
        except zlib.error:
            raise self._wrong("is damaged, or something else") from None
        self._room -= len(found)
        if self._room < 0:
            raise BodyTooLarge(f"The body is larger than {self._limit_bytes:,} bytes when it is inflated.")
        if self._stream.unused_data:
            raise self._wrong("goes on after its end")
        return found

    def end(self) -> None:
        if not self._stream.eof:
            raise self._wrong("ends in the middle")

    def _wrong(self, what: str) -> InvalidCompression:
        return InvalidCompression(f"The body is called {self._encoding}, and {what}.")
