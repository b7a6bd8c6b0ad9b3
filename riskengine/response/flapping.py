"""Alerts that come and go: told once as flapping instead of each time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from riskengine.durations import Duration


class FlappingSettings(BaseModel):
    """When an alert counts as flapping."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    changes: int = Field(4, ge=2, description="Changes between firing and resolved from which on an alert flaps.")
    within: Duration = Field(timedelta(minutes=30), description="The time in which the changes are counted.")


class Flapping(NamedTuple):
    """How often an alert has changed in the time that counts, and when it will have calmed if nothing more happens."""

    changes: int
    first_at: datetime
    calm_at: datetime


def flapping(changed_at: Iterable[datetime], now: datetime, settings: FlappingSettings) -> Flapping | None:
    """Tell whether an alert flaps, from the moments at which it fired or was resolved."""
    recent = sorted(at for at in changed_at if now - settings.within < at <= now)
    if len(recent) < settings.changes:
        return None
    # It calms when too few are left: when the one that makes up the number drops out.
    return Flapping(len(recent), recent[0], recent[-settings.changes] + settings.within)
