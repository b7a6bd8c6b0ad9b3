"""The vocabulary of the tables: what a JSON value may be. Each kind finds all flaws of a value, not only the first."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.slack.blocks.findings import BlockError, Flaw, Kind, below

#: A condition between the fields of one object, such as "one of the two".
Rule = Callable[[Mapping[str, Any], str], Iterator[BlockError]]


def wrong_type(expected: str, value: object, at: str) -> BlockError:
    return BlockError(Flaw.WRONG_TYPE, f"must be {expected}, not {type(value).__name__}", at)


def _check_length(length: int, shortest: int, longest: int | None, at: str) -> Iterator[BlockError]:
    if length < shortest:
        what = "must not be empty" if shortest == 1 else f"has {length} characters; at least {shortest} are needed"
        yield BlockError(Flaw.TOO_SHORT, what, at)
    if longest is not None and length > longest:
        yield BlockError(Flaw.TOO_LONG, f"has {length} characters; at most {longest} fit", at)


@dataclass(frozen=True)
class String:
    longest: int | None = None
    shortest: int = 1
    pattern: str = ""
    expected: str = ""

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, str):
            yield wrong_type("a string", value, at)
            return
        yield from _check_length(len(value), self.shortest, self.longest, at)
        if value and self.pattern and not re.fullmatch(self.pattern, value, re.DOTALL):
            yield BlockError(Flaw.BAD_VALUE, f"must be {self.expected}", at)


@dataclass(frozen=True)
class Word:
    """One of a closed set of strings."""

    words: tuple[str, ...]

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if value not in self.words:
            yield BlockError(Flaw.BAD_VALUE, f"must be one of {', '.join(self.words)}", at)


@dataclass(frozen=True)
class Flag:
    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, bool):
            yield wrong_type("true or false", value, at)


@dataclass(frozen=True)
class Number:
    low: float | None = None
    high: float | None = None
    whole: bool = True

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        allowed = (int,) if self.whole else (int, float)
        # bool is an int in Python, but true is no number in JSON.
        if isinstance(value, bool) or not isinstance(value, allowed):
            yield wrong_type("a whole number" if self.whole else "a number", value, at)
        elif (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            yield BlockError(Flaw.BAD_VALUE, f"must be between {self.low} and {self.high}", at)


@dataclass(frozen=True)
class Text:
    """A text object. Its length is the length of the inner text, as Slack counts it."""

    longest: int = 3000
    mrkdwn: bool = False

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, Mapping):
            yield wrong_type("a text object", value, at)
            return
        kind = value.get("type")
        if kind == "mrkdwn" and not self.mrkdwn:
            yield BlockError(Flaw.BAD_VALUE, "must be plain_text here; mrkdwn is not shown", below(at, "type"))
            return
        if kind not in ("plain_text", "mrkdwn"):
            expected = "plain_text or mrkdwn" if self.mrkdwn else "plain_text"
            yield BlockError(Flaw.UNKNOWN_TYPE, f"must be {expected}", below(at, "type"))
            return
        option = "emoji" if kind == "plain_text" else "verbatim"
        shape = Shape({"type": Word((str(kind),)), "text": String(self.longest), option: Flag()}, ("type", "text"))
        yield from shape.check(value, at)


@dataclass(frozen=True)
class Items:
    """An array. `low` and `high` bound the number of items."""

    of: Kind
    low: int = 1
    high: int | None = None

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, list):
            yield wrong_type("an array", value, at)
            return
        if len(value) < self.low:
            yield BlockError(Flaw.TOO_FEW, f"has {len(value)} items; at least {self.low} needed", at)
        if self.high is not None and len(value) > self.high:
            yield BlockError(Flaw.TOO_MANY, f"has {len(value)} items; at most {self.high} fit", at)
        for index, item in enumerate(value):
            yield from self.of.check(item, below(at, index))


@dataclass(frozen=True)
class Nullable:
    of: Kind

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if value is not None:
            yield from self.of.check(value, at)


@dataclass(frozen=True)
class Shape:
    """An object with known keys. An unknown key is a flaw: Slack refuses it, and it is usually a misspelt one."""

    fields: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, Mapping):
            yield wrong_type("an object", value, at)
            return
        for key in self.required:
            if key not in value:
                yield BlockError(Flaw.MISSING, f"{key} is missing", below(at, key))
        for key, item in value.items():
            kind = self.fields.get(key)
            if kind is None:
                yield BlockError(Flaw.UNKNOWN_KEY, f"{key} is not a key of this object", below(at, key))
            else:
                yield from kind.check(item, below(at, key))
        for rule in self.rules:
            yield from rule(value, at)


@dataclass(frozen=True)
class OneOf:
    """An object whose `type` picks its shape; `noun` names the family in messages."""

    noun: str
    shapes: Mapping[str, Kind] = field(default_factory=dict)

    def check(self, value: object, at: str) -> Iterator[BlockError]:
        if not isinstance(value, Mapping):
            yield wrong_type(f"an object ({self.noun})", value, at)
            return
        kind = value.get("type")
        shape = self.shapes.get(kind) if isinstance(kind, str) else None
        if shape is None:
            yield BlockError(Flaw.UNKNOWN_TYPE, f"{kind!r} is not a {self.noun} that may stand here", below(at, "type"))
        else:
            yield from shape.check(value, at)


def typed(
    name: str, fields: Mapping[str, Kind], required: tuple[str, ...] = (), rules: tuple[Rule, ...] = ()
) -> tuple[str, Shape]:
    """An entry for OneOf: a shape that carries its own `type`."""
    return name, Shape({"type": Word((name,)), **fields}, ("type", *required), rules)


def exactly_one(*keys: str) -> Rule:
    def rule(value: Mapping[str, Any], at: str) -> Iterator[BlockError]:
        present = [key for key in keys if key in value]
        if not present:
            yield BlockError(Flaw.MISSING, f"{' or '.join(keys)} is needed", at)
        elif len(present) > 1:
            yield BlockError(Flaw.CONFLICT, f"{' and '.join(present)} exclude each other", at)

    return rule


def at_least_one(*keys: str) -> Rule:
    def rule(value: Mapping[str, Any], at: str) -> Iterator[BlockError]:
        if not any(key in value for key in keys):
            yield BlockError(Flaw.MISSING, f"{' or '.join(keys)} is needed", at)

    return rule
