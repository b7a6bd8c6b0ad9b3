"""A rule over time, for one set of labels: inactive, pending, firing, and back."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from riskengine.kleene import Truth


class RuleStatus(StrEnum):
    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class Transition(StrEnum):
    """What a look at a rule has changed."""

    PENDING = "pending"
    FIRED = "fired"
    RESOLVED = "resolved"
    #: It was pending, and did not hold long enough.
    CALMED = "calmed"


class RuleState(BaseModel):
    """Where a rule stands for one set of labels."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    status: RuleStatus = RuleStatus.INACTIVE
    #: Since when the condition has held without a break; None while inactive.
    held_since: datetime | None = None
    fired_at: datetime | None = None
    #: While firing: since when the condition has been false without a break.
    calm_since: datetime | None = None
    #: Since when there has been no data; shown beside the status.
    no_data_since: datetime | None = None


INACTIVE = RuleState()


def evaluate(
    state: RuleState, result: Truth, now: datetime, *, pending_for: timedelta, keep_firing_for: timedelta
) -> tuple[RuleState, Transition | None]:
    """Take one look at the condition into account.

    No data neither starts nor resolves an alert. It breaks both waits: the condition must hold for all of `pending_for`
    anew, and must be false for all of `keep_firing_for` anew.
    """
    if result is None:
        return _without_data(state, now)
    known = state.model_copy(update={"no_data_since": None})
    if state.status == RuleStatus.FIRING:
        return _while_firing(known, result, now, keep_firing_for)
    if result:
        return _towards_firing(known, now, pending_for)
    return INACTIVE, Transition.CALMED if state.status == RuleStatus.PENDING else None


def retire(state: RuleState) -> tuple[RuleState, Transition | None]:
    """End it because its rule, or what it was judged for, is no more."""
    ends = {RuleStatus.FIRING: Transition.RESOLVED, RuleStatus.PENDING: Transition.CALMED}
    return INACTIVE, ends.get(state.status)


def _without_data(state: RuleState, now: datetime) -> tuple[RuleState, Transition | None]:
    since = state.no_data_since or now
    if state.status == RuleStatus.FIRING:
        return state.model_copy(update={"no_data_since": since, "calm_since": None}), None
    calmed = Transition.CALMED if state.status == RuleStatus.PENDING else None
    return RuleState(no_data_since=since), calmed


def _while_firing(
    state: RuleState, result: bool, now: datetime, keep_firing_for: timedelta
) -> tuple[RuleState, Transition | None]:
    if result:
        return state.model_copy(update={"calm_since": None}), None
    calm_since = state.calm_since or now
    if now - calm_since >= keep_firing_for:
        return INACTIVE, Transition.RESOLVED
    return state.model_copy(update={"calm_since": calm_since}), None


def _towards_firing(state: RuleState, now: datetime, pending_for: timedelta) -> tuple[RuleState, Transition | None]:
    held_since = state.held_since or now
    if now - held_since >= pending_for:
        return RuleState(status=RuleStatus.FIRING, held_since=held_since, fired_at=now), Transition.FIRED
    pending = RuleState(status=RuleStatus.PENDING, held_since=held_since)
    return pending, Transition.PENDING if state.status == RuleStatus.INACTIVE else None
