"""What people complain of: an answer that was slow, wrong, or did not come."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from riskengine.rules import Per, Rule
from riskengine.series import Series


class ComplaintKind(StrEnum):
    SLOW = "slow"
    WRONG = "wrong"
    UNAVAILABLE = "unavailable"
    OTHER = "other"


class Choice(NamedTuple):
    """A model or role that somebody may name; the id stands for it in Slack."""

    id: int
    name: str


class Choices(NamedTuple):
    """What a complaint may be about: everything that telemetry has told of."""

    models: tuple[Choice, ...]
    roles: tuple[Choice, ...]


class Complaint(BaseModel):
    """One person's complaint about one message. Of the message itself only the link is kept."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    at: datetime
    complained_by: str
    #: Empty where the person did not name it.
    model: str
    role: str
    kind: ComplaintKind
    comment: str
    permalink: str


def complaints_about(subject: Series, told: Mapping[Series, int], rule: Rule, per: Per) -> int:
    """How many of the complaints are about a rule's subject; one that names no model is about none in particular."""
    scope = rule.scope
    return sum(
        number
        for series, number in told.items()
        if series.only(per.dimensions) == subject and all(getattr(series, name) == scope[name] for name in scope)
    )
