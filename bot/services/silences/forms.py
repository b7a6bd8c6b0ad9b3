"""A silence as a person types it: a filter, how long, and why; every mistake is told at its field."""

import html
import re
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import ValidationError

from riskengine.durations import parse_duration
from riskengine.response.grouping import Group
from riskengine.response.matchers import Matcher
from riskengine.response.silences import (
    Silence,
    SilenceDraft,
    SilenceRefused,
    SilenceSettings,
    begin,
    parse_matchers,
)
from riskengine.response.terms import FilterInvalid

LONGEST_COMMENT = 500

#: `model=glm-4.5 for 2h because we upgrade it`; what stands in quotation marks belongs to the filter.
_QUICK = re.compile(
    r'(?P<filter>(?:"[^"]*"|[^"\s]|\s(?!for\s+\d|because\s))*)'
    r"(?:\s+for\s+(?P<lasts>\d\S*(?:\s+\d\S*)*))?"
    r"(?:\s+because\s+(?P<comment>.+))?",
    re.DOTALL,
)


class Field(StrEnum):
    """What a person fills in."""

    FILTER = "filter"
    LASTS = "lasts"
    COMMENT = "comment"


class SilenceForm(NamedTuple):
    """What a person typed; nothing of it is checked."""

    filter: str = ""
    lasts: str = ""
    comment: str = ""

    @property
    def is_filled(self) -> bool:
        return all(map(str.strip, self))


Problems = dict[Field, str]
#: What a dialog proposes: long enough for a deployment, short enough to be forgotten.
USUAL = "2h"
#: A longer value is no name that somebody would type.
LONGEST_VALUE = 100


def form_of(group: Group) -> SilenceForm:
    """The form that means just this group, for its author to widen or narrow."""
    labels = {"alertname": group.name, "area": group.area, group.subject_label: group.subject}
    # A filter has no way to write a quotation mark.
    named = [(label, value) for label, value in labels.items() if label and value and '"' not in value]
    matchers = [Matcher(label=label, value=value) for label, value in named if len(value) <= LONGEST_VALUE]
    return SilenceForm(" ".join(map(str, matchers)), USUAL)


def read_line(text: str) -> SilenceForm:
    """The form out of one line; whatever does not fit the pattern is taken for the filter, and told there."""
    found = _QUICK.fullmatch(text.strip())
    if found is None:
        return SilenceForm(filter=text.strip())
    return SilenceForm(*((found[name] or "").strip() for name in Field))


def read_form(form: SilenceForm, by: str, now: datetime, settings: SilenceSettings) -> Silence | Problems:
    """The silence that the form asks for, from now on; or what is wrong, at the field where it is."""
    problems: Problems = {}
    matchers = lasts = None
    try:
        # Slack hands some texts over with `&`, `<` and `>` escaped, and no label holds such an escape on purpose.
        matchers = parse_matchers(html.unescape(form.filter))
    except FilterInvalid as error:
        problems[Field.FILTER] = "; ".join(str(problem) for problem in error.problems)
    try:
        lasts = parse_duration(form.lasts.strip())
    except ValueError as error:
        problems[Field.LASTS] = str(error)
    comment = form.comment.strip()
    if not 0 < len(comment) <= LONGEST_COMMENT:
        problems[Field.COMMENT] = f"say why, in at most {LONGEST_COMMENT} characters, for those who miss the alert"
    if matchers is None or lasts is None:
        return problems
    try:
        # A comment that is missing or too long is told already; the rest is checked all the same.
        told = comment[:LONGEST_COMMENT] or "-"
        draft = SilenceDraft(matchers=matchers, ends_at=now + lasts, comment=told)
        silence = begin(draft, by=by, now=now, settings=settings)
    except ValidationError as error:
        problems[Field.FILTER] = _said(error)
    except (SilenceRefused, OverflowError) as error:
        problems[Field.LASTS] = str(error)
    return problems or silence


def _said(error: ValidationError) -> str:
    """What is wrong with the matchers as a whole."""
    fault = error.errors(include_url=False)[0]
    if fault["type"] == "too_short":
        return "name at least one label, like model=glm-4.5"
    return fault["msg"].removeprefix("Value error, ")
