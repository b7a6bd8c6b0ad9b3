"""What holds, what held, and so what is told: each condition once for a period and a change of its state."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from riskengine.response.alerts import Severity

#: An alert's name, and whose: a budget's name, or empty for the organisation.
Key = tuple[str, str]


class Told(NamedTuple):
    """What was told of a condition that holds: its period, and the labels that identify its alert."""

    period: str
    labels: dict[str, str]


class Condition(NamedTuple):
    """One thing that may be told as an alert."""

    name: str
    subject: str
    #: None while it cannot be told: then what is told stays so.
    holds: bool | None
    severity: Severity
    labels: dict[str, str]
    annotations: dict[str, str]
    #: The period it is about, empty where it has none; another period begins anew.
    period: str = ""
    #: While another condition holds that says more; it is taken as told.
    outranked: bool = False

    @property
    def key(self) -> Key:
        return self.name, self.subject


class Changes(NamedTuple):
    """What is told now: what ends comes first, since a new period may begin with what the old one ended with."""

    ends: tuple[Key, ...]
    begins: tuple[Condition, ...]
    #: What holds from now on without a word.
    silent: tuple[Condition, ...]


def changes(known: Mapping[Key, Told], conditions: Sequence[Condition]) -> Changes:
    """`known` are those that were told and held; one that nobody judges any more ends."""
    judged = {each.key: each for each in conditions}
    ends = [key for key, told in known.items() if _is_over(judged.get(key), told)]
    new = [each for each in conditions if each.holds and (each.key not in known or each.key in ends)]
    return Changes(
        ends=tuple(ends),
        begins=tuple(each for each in new if not each.outranked),
        silent=tuple(each for each in new if each.outranked),
    )


def _is_over(condition: Condition | None, told: Told) -> bool:
    """Also when it is about something else by now: another period, or another scope under the same name."""
    if condition is None or condition.holds is False:
        return True
    return Told(condition.period, condition.labels) != told
