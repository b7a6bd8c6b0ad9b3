"""Which labels are meant: `model=glm-4.5`, `team!=payments`, `model=~"glm-*|opus-*"`.

Patterns are globs, not regular expressions: `*` for any characters, `?` for one, `|` between whole alternatives. None
takes longer than its length times the label's, and a regular expression is refused with the glob to write instead.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from riskengine.response.alerts import Severity

MAX_PATTERN = 200
LABEL_NAME = r"[A-Za-z_][A-Za-z0-9_]*"

#: Nobody writes these in a glob, and a regular expression taken for one would match nothing, silently.
_REGULAR = re.compile(r"\.[*+?]|[\\^$()\[\]{}+]")
_BARE = re.compile(r"[^\s\"]+")


class MatchOp(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    LIKE = "=~"


class Matcher(BaseModel):
    """One condition on one label; a label that an alert lacks counts as empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Annotated[str, Field(pattern=f"^{LABEL_NAME}$", max_length=64)]
    op: MatchOp = MatchOp.EQUAL
    value: Annotated[str, Field(max_length=1_024)]

    @model_validator(mode="after")
    def _pattern_is_a_glob(self) -> Self:
        if self.op == MatchOp.LIKE:
            _check_glob(self.value)
        return self

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.label, "")
        if self.op == MatchOp.LIKE:
            return any(_is_like(value, glob) for glob in self.value.split("|"))
        return (value == self.value) == (self.op == MatchOp.EQUAL)

    def __str__(self) -> str:
        """As a person would write it."""
        value = self.value if _BARE.fullmatch(self.value) else f'"{self.value}"'
        return f"{self.label}{self.op}{value}"


def match_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)


class Labelled(NamedTuple):
    """An alert as matchers see it; `fingerprint` tells one from another."""

    fingerprint: str
    labels: Mapping[str, str]


def matchable(name: str, severity: Severity, labels: Mapping[str, str]) -> dict[str, str]:
    """The labels of an alert with its name and severity, which count as labels in every matcher."""
    return {**labels, "alertname": name, "severity": severity.value}


def _check_glob(value: str) -> None:
    if len(value) > MAX_PATTERN:
        raise ValueError(f"a pattern has at most {MAX_PATTERN} characters")
    found = _REGULAR.search(value)
    if found:
        raise ValueError(
            f"{found[0]!r} belongs to regular expressions; here * stands for any characters, ? for one, | between "
            "alternatives, as in glm-*|opus-*"
        )


def _is_like(value: str, glob: str) -> bool:
    """Match from the left; where it fails, the last * takes one character more. Earlier ones never need another try."""
    at = position = resume = 0
    star = -1
    while at < len(value):
        wanted = glob[position : position + 1]
        if wanted == "*":
            star, resume = position, at
            position += 1
        elif wanted in {"?", value[at]}:
            position += 1
            at += 1
        elif star >= 0:
            resume += 1
            position, at = star + 1, resume
        else:
            return False
    return not glob[position:].strip("*")
