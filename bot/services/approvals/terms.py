"""On what terms requests are handled: settings, and whoever wants to know of their changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import NamedTuple

from bot.settings import PeopleSettings
from bot.settings_approvals import ApprovalSettings
from bot.store.database import Transaction
from riskengine.response.approvals.requests import ApprovalRequest, Event, EventKind, Vote


class Changed(NamedTuple):
    """One request before and after a transition, and what happened."""

    #: None for a new one.
    before: ApprovalRequest | None
    after: ApprovalRequest
    events: tuple[Event, ...]
    vote: Vote | None = None

    @property
    def is_new(self) -> bool:
        return self.before is None

    def happened(self, kind: EventKind) -> Event | None:
        return next((event for event in self.events if event.kind is kind), None)


#: Told of changes in their transaction; a subject keeps its own row and its callers up to date with it.
Follower = Callable[[Transaction, Sequence[Changed]], None]


@dataclass(frozen=True)
class ApprovalTerms:
    settings: ApprovalSettings
    people: PeopleSettings
    #: Where a broken glass is told when no channel is named for it.
    trouble_channel: str
    #: Kind of subject → who follows its requests.
    followers: Mapping[str, Follower] = field(default_factory=dict)
    #: The organisation's: in it a day begins on which somebody is back.
    zone: tzinfo = UTC

    @property
    def security_channel(self) -> str:
        return self.settings.security_channel or self.trouble_channel
