"""How the delivery stands: what waits, what is held and why, what falls due next, and whether Slack is heard."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from riskengine.response.callbacks import CallbackFigures


class QueueLine(NamedTuple):
    """What waits for one channel at one priority."""

    channel: str
    #: Smaller goes first.
    priority: int
    posts: int
    edits: int
    #: Posts of unknown fate, which are looked for before anything is posted again.
    unsure: int
    #: Protocol time since when the oldest of them waits.
    since: datetime

    @property
    def messages(self) -> int:
        return self.posts + self.edits + self.unsure


class Hold(NamedTuple):
    """A channel or a method that nothing is asked of for a while."""

    name: str
    #: Protocol time.
    until: datetime
    reason: str


class Refusal(NamedTuple):
    """A channel or person that takes nothing from us; what is meant for it goes elsewhere."""

    channel: str
    reason: str
    since: datetime


class Planned(NamedTuple):
    """What falls due, and when in business time."""

    kind: str
    subject: str
    due_at: datetime


class Figures(NamedTuple):
    """What the database knows of the delivery."""

    lines: Sequence[QueueLine]
    sending: int
    dead: int
    holds: Sequence[Hold]
    refusals: Sequence[Refusal]
    planned: Sequence[Planned]
    #: What programs are told at their own addresses.
    callbacks: CallbackFigures = CallbackFigures()

    @property
    def waiting(self) -> int:
        return sum(line.messages for line in self.lines)


class Parts(NamedTuple):
    """What the process that is asked knows of itself; each trouble is empty while all is well."""

    delivery_trouble: str
    link_trouble: str
    #: `socket` or `http`.
    mode: str
    #: Protocol times; None when nothing has come from Slack since the start.
    last_event_at: datetime | None
    last_due_look_at: datetime


class DeliveryReport(NamedTuple):
    figures: Figures
    parts: Parts
    #: Protocol time of the report.
    at: datetime

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest message waits; 0 when none does."""
        return max([(self.at - line.since).total_seconds() for line in self.figures.lines], default=0.0)
