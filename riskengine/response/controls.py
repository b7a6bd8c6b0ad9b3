"""Cost controls: temporary limits on what models are used for, proposed or started when money runs away.

A control is `proposed`, then `active`, then `ended`; or it ends without ever being active. At most one of a kind is
open. Nothing here lasts by itself: what is open has a time at which it is over.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

#: Prolonging by less than this is no change: so a second press finds that it is done.
GRAIN = timedelta(minutes=1)


class ControlKind(StrEnum):
    """What can be limited."""

    TIGHTEN_ESCALATION = "tighten_escalation"
    RATE_LIMITING = "rate_limiting"
    COST_SAVING = "cost_saving"


class Condition(StrEnum):
    """What calls for a control."""

    ESCALATION_RATE = "escalation_rate"
    PROJECTED_OVERRUN = "projected_overrun"
    DAILY_BUDGET_EXCEEDED = "daily_budget_exceeded"


#: Each condition has its control, and each control its condition.
ANSWERS: Mapping[Condition, ControlKind] = {
    Condition.ESCALATION_RATE: ControlKind.TIGHTEN_ESCALATION,
    Condition.PROJECTED_OVERRUN: ControlKind.RATE_LIMITING,
    Condition.DAILY_BUDGET_EXCEEDED: ControlKind.COST_SAVING,
}


class ControlPolicy(StrEnum):
    """What happens when its condition holds."""

    OFF = "off"
    PROPOSE = "propose"
    AUTOMATIC = "automatic"


class ControlStatus(StrEnum):
    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"


class ControlEnd(StrEnum):
    """Why a control is over."""

    EXPIRED = "expired"
    #: A person ended it.
    REVERSED = "reversed"
    #: The settings have switched its kind off since.
    SUPERSEDED = "superseded"
    CONDITION_OVER = "condition_over"
    #: A person did not want it.
    DECLINED = "declined"


#: Ends that a person chose: the same condition is not answered again for a while.
BY_PEOPLE = frozenset({ControlEnd.REVERSED, ControlEnd.DECLINED})


class ControlWish(StrEnum):
    """What a person may want of a control."""

    START = "start"
    DECLINE = "decline"
    END = "end"
    PROLONG = "prolong"


#: The one status in which each wish can be fulfilled.
POSSIBLE: Mapping[ControlWish, ControlStatus] = {
    ControlWish.START: ControlStatus.PROPOSED,
    ControlWish.DECLINE: ControlStatus.PROPOSED,
    ControlWish.END: ControlStatus.ACTIVE,
    ControlWish.PROLONG: ControlStatus.ACTIVE,
}


class Effect(BaseModel):
    """What a control means for routing; what it does not limit is absent. Emergencies are exempt from all of it."""

    model_config = ConfigDict(frozen=True)

    decision_line: Decimal | None = Field(
        None, description="A decimal string: the score from which on a task is escalated meanwhile."
    )
    calls_per_minute: int | None = Field(
        None, description="Model calls a minute that all orchestrators together keep to."
    )
    prefer_models: tuple[str, ...] | None = Field(
        None, description="Models to use in place of dearer ones, the first that serves the task."
    )


class ControlTerms(BaseModel):
    """By which terms the controls of one kind come and go."""

    model_config = ConfigDict(frozen=True)

    policy: ControlPolicy
    effect: Effect
    #: How long one lasts, and how long a proposal waits for somebody.
    lasts: timedelta
    proposed_for: timedelta
    #: How long a person's *no* holds.
    pause: timedelta
    ends_with_condition: bool


class Control(BaseModel):
    """One control as it stands; who is None is riskbot itself."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    #: 0 before it is stored.
    id: int = 0
    kind: ControlKind
    status: ControlStatus
    #: None where a person wanted it without one.
    condition: Condition | None
    reason: str
    effect: Effect
    #: How long it lasts once it is started, and again once it is prolonged.
    lasts_seconds: int
    created_at: datetime
    starts_at: datetime | None = None
    started_by: str | None = None
    expires_at: datetime
    prolonged_at: datetime | None = None
    prolonged_by: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_because: ControlEnd | None = None
    revision: int = 1

    @property
    def is_open(self) -> bool:
        return self.status is not ControlStatus.ENDED

    def is_over(self, now: datetime) -> bool:
        """Whether its time has come; a late timer decides nothing."""
        return self.is_open and self.expires_at <= now

    def is_in_force(self, now: datetime) -> bool:
        return self.status is ControlStatus.ACTIVE and now < self.expires_at


class Step(NamedTuple):
    """A control after a change, and the change's word in the audit."""

    control: Control
    verb: str


class Sighting(NamedTuple):
    """A condition as it was just seen."""

    condition: Condition
    holds: bool
    #: In words with figures, for people; of no interest where it does not hold.
    reason: str = ""


def consider(
    sighting: Sighting, current: Control | None, refused_at: datetime | None, terms: ControlTerms, now: datetime
) -> Step | None:
    """What follows from a sighting; None where nothing does.

    `current` is the open control of this kind, which is not over by itself; `refused_at`, when a person last ended or
    declined one of this kind. An automatic control is prolonged while its condition holds, each time that half of its
    time is over; what a person started lasts as long as they were told.
    """
    if not sighting.holds:
        return _without(sighting.condition, current, terms, now)
    if current is None:
        is_refused = refused_at is not None and now < refused_at + terms.pause
        return None if is_refused or terms.policy is ControlPolicy.OFF else _first(sighting, terms, now)
    if current.status is ControlStatus.PROPOSED:
        return begin(current, None, terms, now) if terms.policy is ControlPolicy.AUTOMATIC else None
    is_automatic = terms.policy is ControlPolicy.AUTOMATIC and current.started_by is None
    is_waning = current.expires_at - now <= terms.lasts / 2
    return prolong(current, None, terms, now) if is_automatic and is_waning else None


def _without(condition: Condition, current: Control | None, terms: ControlTerms, now: datetime) -> Step | None:
    """The condition does not hold: what was only proposed for it is pointless, what is active may have mended it."""
    if current is None or current.condition is not condition:
        return None
    if current.status is ControlStatus.PROPOSED or terms.ends_with_condition:
        return end(current, ControlEnd.CONDITION_OVER, None, now)
    return None


def _first(sighting: Sighting, terms: ControlTerms, now: datetime) -> Step:
    proposed = propose(ANSWERS[sighting.condition], sighting.condition, sighting.reason, terms, now)
    return begin(proposed.control, None, terms, now) if terms.policy is ControlPolicy.AUTOMATIC else proposed


def propose(kind: ControlKind, condition: Condition | None, reason: str, terms: ControlTerms, now: datetime) -> Step:
    """A new one, which changes nothing until somebody starts it."""
    control = Control(
        kind=kind,
        status=ControlStatus.PROPOSED,
        condition=condition,
        reason=reason,
        effect=terms.effect,
        lasts_seconds=int(terms.lasts.total_seconds()),
        created_at=now,
        expires_at=now + terms.proposed_for,
    )
    return Step(control, "control_proposed")


def begin(control: Control, by: str | None, terms: ControlTerms, now: datetime) -> Step:
    """Have a proposal apply."""
    active = {
        "status": ControlStatus.ACTIVE,
        **_of_settings(terms),
        "starts_at": now,
        "started_by": by,
        "expires_at": now + terms.lasts,
    }
    return Step(_changed(control, **active), "control_started")


def prolong(control: Control, by: str | None, terms: ControlTerms, now: datetime) -> Step | None:
    """Have it last its whole time from now on; None where it lasts that long already."""
    until = now + terms.lasts
    if until - control.expires_at < GRAIN:
        return None
    prolonged = {"expires_at": until, "prolonged_by": by, "prolonged_at": now, **_of_settings(terms)}
    return Step(_changed(control, **prolonged), "control_prolonged")


def end(control: Control, because: ControlEnd, by: str | None, now: datetime) -> Step:
    """Be over with it. What ran out is over since it ran out, however late that is noticed."""
    ended_at = min(control.expires_at, now) if because is ControlEnd.EXPIRED else now
    over = {"status": ControlStatus.ENDED, "ended_at": ended_at, "ended_by": by, "ended_because": because}
    return Step(_changed(control, **over), f"control_{because}")


def adopt(control: Control, terms: ControlTerms, now: datetime) -> Step | None:
    """Have an open control follow the settings with which riskbot has just been started."""
    if terms.policy is ControlPolicy.OFF:
        return end(control, ControlEnd.SUPERSEDED, None, now)
    now_means = _of_settings(terms)
    if any(getattr(control, name) != value for name, value in now_means.items()):
        return Step(_changed(control, **now_means), "control_changed")
    return None


def _of_settings(terms: ControlTerms) -> dict[str, Any]:
    """What a control has of the settings in force."""
    return {"effect": terms.effect, "lasts_seconds": int(terms.lasts.total_seconds())}


def _changed(control: Control, **values: Any) -> Control:
    return control.model_copy(update={**values, "revision": control.revision + 1 if control.id else 1})
