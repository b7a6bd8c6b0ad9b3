"""What whoever comes too late is told: true, complete, and for them alone."""

from bot.services.answers import at, who
from riskengine.response.control_words import TITLES
from riskengine.response.controls import Control, ControlEnd, ControlKind, ControlStatus, ControlWish

GONE = "This control is not in my records any more. Nothing was changed."
NOTHING = "Nothing was changed."


def too_late(control: Control, wish: ControlWish, user_id: str) -> str:
    """Why this wish cannot be fulfilled: how the control stands, by whom, since when."""
    if control.status is ControlStatus.ENDED:
        return f"{TITLES[control.kind]}: {_ended(control, user_id)} {NOTHING}"
    if control.status is ControlStatus.PROPOSED:
        return f"{TITLES[control.kind]} is only proposed; there is nothing to {wish}. {NOTHING}"
    return f"{TITLES[control.kind]}: {_started(control, user_id)} {NOTHING}"


def long_enough(control: Control, user_id: str) -> str:
    by = _by(control.prolonged_by, user_id) if control.prolonged_at else ""
    prolonged = f"{by} prolonged it, {at(control.prolonged_at)}: it" if by else "It"
    return f"{TITLES[control.kind]}: {prolonged} lasts until {at(control.expires_at)} already. {NOTHING}"


def switched_off(kind: ControlKind) -> str:
    return f"{TITLES[kind]} is switched off: the setting controls.{kind}.policy is off. {NOTHING}"


def just_opened(kind: ControlKind) -> str:
    return f"{TITLES[kind]} has just been opened by somebody else; look at its card. {NOTHING}"


def _started(control: Control, user_id: str) -> str:
    by = _by(control.started_by, user_id) if control.started_by else "I have"
    return f"{by} started it {at(control.starts_at)}, and it lasts until {at(control.expires_at)}."


def _ended(control: Control, user_id: str) -> str:
    by, moment = _by(control.ended_by, user_id), at(control.ended_at)
    match control.ended_because:
        case ControlEnd.DECLINED:
            return f"{by} declined it, {moment}."
        case ControlEnd.REVERSED:
            return f"{by} ended it, {moment}."
        case ControlEnd.CONDITION_OVER:
            return f"it is over since {moment}: what it was for holds no more."
        case ControlEnd.SUPERSEDED:
            return f"it is over since {moment}: the settings have switched it off."
        case _:
            return f"its time was over {moment}."


def _by(actor: str | None, user_id: str) -> str:
    return "You have" if actor == user_id else f"{who(actor or '')} has"
