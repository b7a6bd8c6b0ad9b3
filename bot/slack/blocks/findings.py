"""What the checker says about a block: a stable code, a sentence, and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Flaw(StrEnum):
    """The kinds of flaw; tests and the sandbox rely on these words."""

    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_KEY = "unknown_key"
    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    BAD_VALUE = "bad_value"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    DUPLICATE = "duplicate"
    WRONG_SURFACE = "wrong_surface"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class BlockError:
    """One flaw. `pointer` is a JSON pointer from the arguments of the call: /blocks/0/text/text, /view/title."""

    code: Flaw
    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


class Kind(Protocol):
    """A description of a JSON value that can find the flaws of one."""

    def check(self, value: object, at: str) -> Iterator[BlockError]: ...


def below(at: str, key: str | int) -> str:
    """The pointer of a key or index of the value at `at`, escaped as RFC 6901 asks."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"
