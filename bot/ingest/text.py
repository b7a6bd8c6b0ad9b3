"""Text of others: what the databases cannot hold, lengths in bytes, and names fit to be said back."""

import difflib
import re
from collections.abc import Iterable

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
CUT = "…"

# An escaped NUL in JSON that is not itself the tail of an escaped backslash.
_ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def without_nul(body: bytes) -> bytes:
    """JSON in which every NUL is U+FFFD: PostgreSQL cannot store one. In JSON it can only stand as an escape."""
    return _ESCAPED_NUL.sub(rb"\1\\ufffd", body) if b"\\u0000" in body else body


def storable(text: str) -> str:
    """The text with NULs and lone surrogates, which no database takes, replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\0", REPLACEMENT)
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", REPLACEMENT)


def byte_length(text: str) -> int:
    """Bytes in UTF-8; raises UnicodeEncodeError for a lone surrogate."""
    return len(text) if text.isascii() else len(text.encode())


def cut(text: str, limit_bytes: int) -> str:
    """At most so many bytes of UTF-8, cut between two characters and marked when something is gone."""
    if byte_length(text) <= limit_bytes:
        return text
    return text.encode()[: max(0, limit_bytes - len(CUT.encode()))].decode(errors="ignore") + CUT


def printable(text: str, limit: int = 80) -> str:
    """A name that a caller sent, fit for an error message and a log: short, and wholly encodable."""
    short = text if len(text) <= limit else text[:limit] + CUT
    return short.encode("utf-8", "backslashreplace").decode()


def ended(sentence: str) -> str:
    """With a full stop, unless it ends in a question."""
    return sentence if sentence.endswith("?") else f"{sentence}."


def nearest(name: str, known: Iterable[str]) -> str:
    """A question after the known name that was probably meant, or nothing."""
    # Very long names cannot be slips of ours, and comparing them is slow.
    near = difflib.get_close_matches(name, list(known), n=1) if len(name) <= 64 else []  # noqa: PLR2004
    return f"; did you mean {near[0]}?" if near else ""
