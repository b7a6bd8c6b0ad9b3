"""What a control's card shows: what it does, why, since when and until when, by whom, and how it ended."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from riskengine.durations import spoken
from riskengine.response.control_words import TITLES, meaning
from riskengine.response.controls import Control, ControlEnd, ControlStatus

_ENDED: Mapping[ControlEnd, str] = {
    ControlEnd.EXPIRED: "Ended by itself: its time was over",
    ControlEnd.REVERSED: "Ended",
    ControlEnd.SUPERSEDED: "Ended: the settings have switched it off",
    ControlEnd.CONDITION_OVER: "Ended: what it was for holds no more",
    ControlEnd.DECLINED: "Not now",
}


class ControlCard(BaseModel):
    """One control; whoever is empty is riskbot itself."""

    model_config = ConfigDict(frozen=True)

    control_id: int
    headline: str
    title: str
    status: ControlStatus
    reason: str
    meaning: str
    lasts: str
    starts_at: datetime | None
    started_by: str
    expires_at: datetime
    prolonged_at: datetime | None
    prolonged_by: str
    ended: str
    ended_at: datetime | None
    ended_by: str


def to_card(control: Control) -> ControlCard:
    title = TITLES[control.kind]
    return ControlCard(
        control_id=control.id,
        headline=f"{_state(control)}: {title}",
        title=title,
        status=control.status,
        reason=control.reason,
        meaning=meaning(control.effect),
        lasts=spoken(timedelta(seconds=control.lasts_seconds)),
        starts_at=control.starts_at,
        started_by=control.started_by or "",
        expires_at=control.expires_at,
        prolonged_at=control.prolonged_at,
        prolonged_by=control.prolonged_by or "",
        ended=_ended(control),
        ended_at=control.ended_at,
        ended_by=control.ended_by or "",
    )


def _state(control: Control) -> str:
    if control.status is ControlStatus.ENDED:
        return "⚪ Cost control over"
    return "🛡 Cost control in force" if control.status is ControlStatus.ACTIVE else "💡 Cost control proposed"


def _ended(control: Control) -> str:
    if control.ended_because is None:
        return ""
    if control.ended_because is ControlEnd.EXPIRED and control.starts_at is None:
        return "Dropped: nobody started it in time"
    return _ENDED[control.ended_because]
