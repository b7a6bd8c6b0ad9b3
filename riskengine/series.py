"""Whose calls a rollup counts, and summing away the dimensions nobody asks about."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from riskengine.rollups import Rollup
from riskengine.telemetry import ModelCall


class Dimension(StrEnum):
    MODEL = "model"
    PROVIDER = "provider"
    ROLE = "role"
    TEAM = "team"
    CONFIGURATION = "configuration"


class Series(NamedTuple):
    """One value of each dimension; empty where the sender told none, or where the dimension was summed away."""

    model: str = ""
    provider: str = ""
    role: str = ""
    team: str = ""
    configuration: str = ""

    @classmethod
    def of(cls, call: ModelCall) -> "Series":
        return cls(call.model, call.provider, call.role or "", call.team or "", call.configuration or "")

    def only(self, kept: Collection[Dimension]) -> "Series":
        """The series with all other dimensions summed away."""
        return Series(*(value if name in kept else "" for name, value in zip(self._fields, self, strict=True)))

    @property
    def labels(self) -> dict[str, str]:
        """The values that are told, by dimension."""
        return {name: value for name, value in zip(self._fields, self, strict=True) if value}


def sum_by(rows: Iterable[tuple[Series, Rollup]], kept: Collection[Dimension]) -> dict[Series, Rollup]:
    """Sum rollups, of any minutes, over every dimension that is not kept; none kept is one sum of all."""
    members: defaultdict[Series, list[Rollup]] = defaultdict(list)
    names: dict[Series, Series] = {}
    for series, rollup in rows:
        name = names.get(series) or names.setdefault(series, series.only(kept))
        members[name].append(rollup)
    return {name: Rollup.total(rollups) for name, rollups in members.items()}
