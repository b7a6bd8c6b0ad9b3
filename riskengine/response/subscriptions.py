"""What a channel wants to hear: `area=cost,quality severity>=high team=payments`."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from riskengine.areas import Area
from riskengine.response.alerts import Severity
from riskengine.response.matchers import Matcher, match_all
from riskengine.response.terms import FilterInvalid, FilterProblem, Term, split_terms, to_matcher


class Filter(BaseModel):
    """Which alerts are heard; what is empty lets everything through."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    areas: tuple[Area, ...] = ()
    severities: tuple[Severity, ...] = ()
    matchers: tuple[Matcher, ...] = ()

    def matches(self, area: str, severity: Severity, labels: Mapping[str, str]) -> bool:
        return (
            (not self.areas or area in self.areas)
            and (not self.severities or severity in self.severities)
            and match_all(self.matchers, labels)
        )

    def __str__(self) -> str:
        """As a person would write it; parsing this gives the same filter."""
        areas = ["area=" + ",".join(self.areas)] if self.areas else []
        return " ".join([*areas, *self._severity_term(), *map(str, self.matchers)])

    def _severity_term(self) -> list[str]:
        if not self.severities:
            return []
        if self.severities == _at_least(self.severities):
            return [f"severity>={self.severities[-1]}"]
        return ["severity=" + ",".join(self.severities)]


class Subscription(BaseModel):
    """A channel and what it wants to hear."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int = 0
    channel: str
    filter: Filter
    #: Other spellings of the channel, as settings may have it: `#general`.
    aliases: frozenset[str] = frozenset()
    created_by: str = ""
    created_at: datetime | None = None
    #: Why Slack takes nothing for it; empty while it does.
    broken: str = ""

    def is_of(self, channel: str) -> bool:
        """Whether this spelling means its channel."""
        return channel == self.channel or channel in self.aliases


def channels_of(
    area: str, severity: Severity, alerts: Sequence[Mapping[str, str]], subscriptions: Sequence[Subscription]
) -> list[str]:
    """Every channel that wants to hear of a group, each once, in the order of the subscriptions.

    `alerts` holds the labels of each alert of the group: they differ, and one that matches is enough.
    """
    hearing = (each for each in subscriptions if any(each.filter.matches(area, severity, labels) for labels in alerts))
    return list(dict.fromkeys(each.channel for each in hearing))


def unknown_labels(wanted: Filter, known: Collection[str]) -> dict[str, str]:
    """Labels that no alert is known to have had → the nearest one that alerts do have, or nothing."""
    unknown = [each.label for each in wanted.matchers if each.label not in known]
    return {label: next(iter(difflib.get_close_matches(label, sorted(known), n=1)), "") for label in unknown}


def parse_filter(text: str) -> Filter:
    """Read a filter; no words mean everything.

    Raises FilterInvalid with every term that is wrong, each with its place and what may stand there.
    """
    terms, problems = split_terms(text)
    parts: dict[str, Any] = {"areas": (), "severities": (), "matchers": ()}
    for number, term in enumerate(terms):
        try:
            _refuse_second(term, terms[:number])
            name, values = _read(term)
        except ValueError as error:
            problems.append(FilterProblem(term.position, str(error)))
        else:
            parts[name] += values
    if problems:
        raise FilterInvalid(sorted(problems))
    return Filter(**parts)


def _refuse_second(term: Term, earlier: Sequence[Term]) -> None:
    """Terms add up, so two values asked of one label fit no alert."""
    if any(each.label == term.label and term.sign in {"=", ">="} and each.sign in {"=", ">="} for each in earlier):
        both = "=one,other" if term.label in {"area", "severity"} else "=~one|other"
        raise ValueError(f"{term.label} stands twice, and no alert has both; write {term.label}{both}")


def _read(term: Term) -> tuple[str, tuple[Any, ...]]:
    match term.label, term.sign:
        case "area", "=":
            return "areas", _words(term, Area)
        case "severity", "=":
            return "severities", _words(term, Severity)
        case "severity", ">=":
            return "severities", _at_least(_words(term, Severity))
        case _:
            _refuse_nearly_ours(term)
            return "matchers", (to_matcher(term),)


def _refuse_nearly_ours(term: Term) -> None:
    """As a label, `serverity` would match nothing, silently."""
    near = difflib.get_close_matches(term.label, ("area", "severity"), n=1, cutoff=0.85)
    if near and term.label not in near:
        raise ValueError(f"{term.label} is no word of mine; did you mean {near[0]}?")


def _words(term: Term, words: type[Area] | type[Severity]) -> tuple[Any, ...]:
    found = []
    for word in term.value.split(","):
        if word not in list(words):
            near = difflib.get_close_matches(word, list(words), n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(words)}"
            raise ValueError(f"{word!r} is no {term.label}; {hint}")
        found.append(words(word))
    return tuple(each for each in words if each in found)


def _at_least(severities: Sequence[Severity]) -> tuple[Severity, ...]:
    """The least of these and all that are worse."""
    least = min(each.rank for each in severities)
    return tuple(each for each in Severity if each.rank >= least)
