"""Alert rules as data: what holds for how long, how bad that is, and what to do."""

import difflib
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from riskengine.areas import Area
from riskengine.conditions import Condition, ConditionError, compile_condition
from riskengine.durations import Duration
from riskengine.metrics import SPELLINGS, MetricName
from riskengine.response.alerts import Severity
from riskengine.series import Dimension

#: Where alerts come from that rules have raised.
SOURCE = "rules"
#: Told by the alert itself.
RESERVED_LABELS = frozenset({"alertname", "area", "severity"})
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


class Per(StrEnum):
    """For what a rule is judged: for each model, for each role, or once for all calls."""

    MODEL = "model"
    ROLE = "role"
    NONE = "none"

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return () if self == Per.NONE else (Dimension(self.value),)


class Evidence(StrEnum):
    """What must be shown beside the condition."""

    DROP = "drop"
    NONE = "none"


def _whole_minutes(window: timedelta) -> timedelta:
    if window % _MINUTE or not _MINUTE <= window <= _DAY:
        raise ValueError("a window is a whole number of minutes, from 1m to 1d")
    return window


def _not_reserved(labels: dict[str, str]) -> dict[str, str]:
    for name in sorted(RESERVED_LABELS & labels.keys()):
        raise ValueError(f"{name} is told by the alert itself")
    return labels


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _each_once(values: tuple[Per, ...]) -> tuple[Per, ...]:
    if not values:
        raise ValueError("names at least one of model, role and none")
    return tuple(dict.fromkeys(values))


_LabelName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]
_LabelValue = Annotated[str, Field(min_length=1, max_length=128)]
_Snake = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


class Rule(BaseModel):
    """One rule, as the file tells it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=64)] = Field(
        description="Name of the alert; each once in the file."
    )
    area: Area
    condition: Annotated[str, Field(max_length=500)] = Field(description="Fires while this is true.")
    severity: Severity
    action: _Snake = Field(description="What follows, a word for programs.")
    advice: Annotated[str, Field(max_length=300)] = Field("", description="What to do, a sentence for people.")
    summary: Annotated[str, Field(max_length=300)] = Field("", description="What is wrong, a sentence for people.")
    runbook_url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)] | None = None
    window: Annotated[Duration, AfterValidator(_whole_minutes)] = Field(
        timedelta(minutes=5), description="Calls of so many last minutes count."
    )
    minimum_samples: int = Field(20, ge=1, le=1_000_000, description="Calls without which there is no data.")
    per: Annotated[tuple[Per, ...], BeforeValidator(_one_or_many), AfterValidator(_each_once)] = Field(
        (Per.NONE,), description="What the rule is judged for: model, role, both, or none for all calls together."
    )
    pending_for: Duration = Field(timedelta(0), alias="for", description="How long it must hold before it fires.")
    keep_firing_for: Duration = Field(timedelta(0), description="How long it must be over before it is resolved.")
    labels: Annotated[dict[_LabelName, _LabelValue], Field(max_length=16), AfterValidator(_not_reserved)] = Field(
        {}, description="Labels of the alert; model, provider, role, team, configuration also say which calls count."
    )
    evidence: Evidence | None = Field(
        None, description="drop: calls must be missing beyond noise; absent: drop where the condition reads baseline."
    )

    @property
    def scope(self) -> dict[Dimension, str]:
        """Which calls count."""
        return {each: self.labels[each] for each in Dimension if each in self.labels}


class CompiledRule(NamedTuple):
    """A rule with its condition ready to be asked."""

    rule: Rule
    condition: Condition

    @property
    def needs_baseline(self) -> bool:
        return MetricName.BASELINE in self.condition.names or self.needs_drop_evidence

    @property
    def needs_calls(self) -> bool:
        """Whether it reads anything of the calls; else their windows need not be read for it."""
        return bool(self.condition.names - {MetricName.COMPLAINTS})

    @property
    def needs_complaints(self) -> bool:
        return MetricName.COMPLAINTS in self.condition.names

    @property
    def needs_drop_evidence(self) -> bool:
        """A ratio against a baseline is noise until it is shown not to be."""
        default = Evidence.DROP if MetricName.BASELINE in self.condition.names else Evidence.NONE
        return (self.rule.evidence or default) == Evidence.DROP


class RuleProblem(NamedTuple):
    """One thing wrong with a file of rules; `position` is a character of the condition, counted from 1."""

    rule: str
    field: str
    position: int | None
    message: str

    def __str__(self) -> str:
        place = "" if self.position is None else f", character {self.position}"
        return ", ".join(filter(None, [self.rule, self.field])) + f"{place}: {self.message}"


class RulesInvalid(ValueError):
    """A file of rules is not usable; `problems` is all that is wrong with it."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules in force."""

    rules: tuple[CompiledRule, ...]

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read what stands in a file of rules.

        Raises RulesInvalid with everything that is wrong, not only the first.
        """
        rows = data.get("rules") if isinstance(data, dict) else None
        if not isinstance(rows, list) or len(data) > 1:
            raise RulesInvalid([RuleProblem("the file", "", None, "must hold `rules:` with a list, and nothing else")])
        read = [_read(_name(row, number), row) for number, row in enumerate(rows, 1)]
        problems = [each for each in read if isinstance(each, list)]
        found = [*(problem for some in problems for problem in some), *_duplicates(rows)]
        if found:
            raise RulesInvalid(found)
        return cls(tuple(each for each in read if isinstance(each, CompiledRule)))

    def named(self, name: str) -> CompiledRule | None:
        return next((each for each in self.rules if each.rule.name == name), None)


def _name(row: Any, number: int) -> str:
    name = row.get("name") if isinstance(row, dict) else None
    return f"rule {textwrap.shorten(name, 64)}" if isinstance(name, str) else f"rule {number} of the file"


def _read(name: str, row: Any) -> CompiledRule | list[RuleProblem]:
    if not isinstance(row, dict):
        return [RuleProblem(name, "", None, "must be a mapping of fields")]
    problems, rule, condition = [], None, None
    try:
        rule = Rule.model_validate(row)
    except ValidationError as error:
        problems += [_problem(name, details) for details in error.errors(include_url=False)]
    text = row.get("condition")
    try:
        condition = compile_condition(text, SPELLINGS) if isinstance(text, str) else None
    except ConditionError as error:
        problems.append(RuleProblem(name, "condition", error.position, error.message))
    if condition and not condition.names:
        problems.append(RuleProblem(name, "condition", 1, "reads no metric, so it is always the same"))
    return problems if problems or not rule or not condition else CompiledRule(rule, condition)


def _problem(name: str, details: Any) -> RuleProblem:
    field = ".".join(str(part) for part in details["loc"])
    match details["type"]:
        case "missing":
            message = "is missing"
        case "extra_forbidden":
            message = f"is no field of a rule{_nearest(field)}"
        case _:
            message = str(details["msg"]).removeprefix("Value error, ")
    return RuleProblem(name, field, None, message)


def _nearest(field: str) -> str:
    known = [each.alias or name for name, each in Rule.model_fields.items()]
    near = difflib.get_close_matches(field, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"


def _duplicates(rows: list[Any]) -> Iterator[RuleProblem]:
    names = Counter(row.get("name") for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str))
    for name, times in names.items():
        if times > 1:
            yield RuleProblem(
                f"rule {name}", "name", None, f"stands {times} times in the file; a rule has its own name"
            )
