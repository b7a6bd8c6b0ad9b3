"""How the rules stand, for people: each with what it was judged for, the worst first."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from riskengine.response.evaluation import RuleState, RuleStatus
from riskengine.rules import Rule


class Standing(StrEnum):
    """A rule's state as it is told; in this order."""

    FIRING = "firing"
    PENDING = "pending"
    NO_DATA = "no data"
    INACTIVE = "inactive"


class SubjectReport(NamedTuple):
    """A rule for one subject at the last look."""

    #: `glm-4.5`; empty for all calls together.
    subject: str
    state: RuleState
    #: `mean response time 4.2 s, limit > 3 s`, one for each comparison.
    figures: tuple[str, ...]

    @property
    def standing(self) -> Standing:
        if self.state.status == RuleStatus.INACTIVE:
            return Standing.NO_DATA if self.state.no_data_since else Standing.INACTIVE
        return Standing(self.state.status.value)

    @property
    def since(self) -> datetime | None:
        """When it began to stand so; None while inactive."""
        if self.standing == Standing.FIRING:
            return self.state.fired_at
        return self.state.held_since or self.state.no_data_since


class RuleReport(NamedTuple):
    rule: Rule
    #: The worst first, then the longest.
    subjects: tuple[SubjectReport, ...]
    #: Whether it reads anything of the calls, so that too few of them are no data.
    counts_calls: bool = True

    @property
    def standing(self) -> Standing | None:
        """The worst of its subjects; None before the first look."""
        return self.subjects[0].standing if self.subjects else None


class RulesReport(NamedTuple):
    """All rules in force, and the file that they are of."""

    rules: tuple[RuleReport, ...]
    looked_at: datetime | None
    path: str
    read_at: datetime | None
    #: What is wrong with the file as it is now; empty while it is in force.
    trouble: str
    trouble_at: datetime | None


def worst_first(subjects: Iterable[SubjectReport]) -> tuple[SubjectReport, ...]:
    order = list(Standing)

    def key(each: SubjectReport) -> tuple[int, float, str]:
        return order.index(each.standing), each.since.timestamp() if each.since else 0.0, each.subject

    return tuple(sorted(subjects, key=key))
