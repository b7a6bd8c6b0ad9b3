"""What every transition gives back, and the steps that several of them take."""

from datetime import datetime
from typing import NamedTuple

from riskengine.response.approvals.refusals import Reason, Refusal
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Event, EventKind, Vote


class Transition(NamedTuple):
    """The state after it and what follows from it; what was due has happened even where the rest was refused."""

    request: ApprovalRequest
    events: tuple[Event, ...] = ()
    refusal: Refusal | None = None
    vote: Vote | None = None

    def refused(self, reason: Reason, who: str = "", at: datetime | None = None, word: str = "") -> "Transition":
        return self._replace(refusal=Refusal(reason, self.request, who, at, word))

    def then(self, request: ApprovalRequest, *events: Event) -> "Transition":
        return self._replace(request=request, events=self.events + events)


def enter(request: ApprovalRequest, tier: int, now: datetime) -> ApprovalRequest:
    """The request with this tier asked now: its window is its own whole one, and the hard deadline bounds it."""
    due_at = min(now + request.policy.tiers[tier - 1].timeout, request.hard_deadline_at)
    changed = {"tier": tier, "tier_opened_at": now, "due_at": due_at, "reminders_sent": 0}
    return request.model_copy(update={**changed, "revision": request.revision + 1})


def end(
    request: ApprovalRequest, status: ApprovalStatus, now: datetime, *, by: str | None = None, comment: str = ""
) -> ApprovalRequest:
    """The request in a final state, which nothing changes any more."""
    valid_until = now + request.policy.valid_for if status is ApprovalStatus.APPROVED else None
    changed = {"status": status, "decided_at": now, "decided_by": by, "comment": comment, "valid_until": valid_until}
    return request.model_copy(update={**changed, "revision": request.revision + 1})


def ask(tier: int) -> Event:
    return Event(EventKind.ASKED, tier=tier)
