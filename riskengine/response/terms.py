"""Filters as people type them: `area=cost severity>=high team="data science"`, cut into terms with their places."""

import re
from typing import NamedTuple

from pydantic import ValidationError

from riskengine.response.matchers import LABEL_NAME, Matcher

MAX_CHARACTERS = 500

#: Telephones and some keyboards write these for ".
_QUOTES = str.maketrans("“”„", '"""')
_TERM = re.compile(rf'({LABEL_NAME})(>=|=~|!=|=)("[^"]*"|[^\s"]+)(?=\s|$)')
_WORD = re.compile(r"\S+")


class Term(NamedTuple):
    """One term of a filter; `position` is its first character, counted from 1."""

    position: int
    label: str
    sign: str
    value: str


class FilterProblem(NamedTuple):
    position: int
    message: str

    def __str__(self) -> str:
        return f"character {self.position}: {self.message}"


class FilterInvalid(ValueError):
    """A filter is not usable; `problems` is all that is wrong with it, from left to right."""

    def __init__(self, problems: list[FilterProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def split_terms(text: str) -> tuple[list[Term], list[FilterProblem]]:
    """Cut a filter into terms, and tell what is none."""
    if len(text) > MAX_CHARACTERS:
        return [], [FilterProblem(MAX_CHARACTERS + 1, f"a filter has at most {MAX_CHARACTERS} characters")]
    line = text.translate(_QUOTES)
    terms: list[Term] = []
    problems: list[FilterProblem] = []
    end = 0
    while word := _WORD.search(line, end):
        found = _TERM.match(line, word.start())
        end = found.end() if found else word.end()
        if found:
            terms.append(Term(word.start() + 1, found[1], found[2], found[3].strip('"')))
        else:
            problems.append(FilterProblem(word.start() + 1, _complaint(word[0])))
    return terms, problems


def to_matcher(term: Term) -> Matcher:
    """The matcher that a term means; raises ValueError saying what may stand there."""
    if term.sign == ">=":
        raise ValueError(f"only the severity of a subscription has an order; write {term.label}={term.value}")
    try:
        return Matcher.model_validate({"label": term.label, "op": term.sign, "value": term.value})
    except ValidationError as error:
        raise ValueError(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from None


def _complaint(word: str) -> str:
    shown = word if len(word) <= 40 else word[:40] + "…"  # noqa: PLR2004 - fits a line of Slack
    if word.count('"') % 2:
        return f"{shown} opens a quotation that does not end with its term"
    return f"{shown} is no term; write label=value, label!=value, label=~glob* or severity>=high, without blanks"
