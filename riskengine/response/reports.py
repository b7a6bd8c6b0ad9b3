"""What is told of alerts on request: a group with its history, and how things stand in all."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from riskengine.response.alerts import Alert
from riskengine.response.grouping import Group
from riskengine.response.silences import Silence


class Recorded(NamedTuple):
    """One entry of an object's history."""

    id: int
    at: datetime
    actor: str
    verb: str
    detail: dict[str, Any]


class Mutes(NamedTuple):
    """What mutes alerts of a group that hold: silences, and alerts that explain them."""

    silences: tuple[Silence, ...] = ()
    sources: tuple[Alert, ...] = ()


class GroupDetail(NamedTuple):
    """One group with its alerts and history, as a modal or a card shows it."""

    group: Group
    alerts: list[Alert]
    history: list[Recorded]
    mutes: Mutes = Mutes()


class Overview(BaseModel):
    """How things stand in all."""

    model_config = ConfigDict(frozen=True)

    firing_groups: int
    acknowledged_groups: int
    #: Groups that hold and of which nobody hears.
    suppressed_groups: int = 0
    resolved_last_day: int
    #: Mean of firing → acknowledged over the groups acknowledged in the last day; None when there are none.
    mtta: timedelta | None
