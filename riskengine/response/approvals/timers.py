"""What time does to a request: it reminds, asks the next tier, and in the end expires it. It never decides."""

from datetime import datetime

from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Event, EventKind
from riskengine.response.approvals.transitions import Transition, ask, end, enter


def advance(request: ApprovalRequest, now: datetime) -> Transition:
    """Whatever was due by now; comes first in every other transition, so that a late timer decides nothing.

    A tier is entered *now*, however late that is: nobody's window is cut short by an outage, and no tier is run
    through that nobody was asked in. So one step is enough: after it nothing is due.
    """
    if not request.is_pending:
        return Transition(request)
    if now < request.due_at:
        return _remind(request, now)
    if now < request.hard_deadline_at and not request.is_last_tier:
        return Transition(enter(request, request.tier + 1, now), (ask(request.tier + 1),))
    return Transition(end(request, ApprovalStatus.EXPIRED, now), (Event(EventKind.EXPIRED, tier=request.tier),))


def _remind(request: ApprovalRequest, now: datetime) -> Transition:
    """One reminder, however many were missed."""
    passed = sum(request.tier_opened_at + each <= now for each in request.present_tier.reminders)
    if passed <= request.reminders_sent:
        return Transition(request)
    reminded = request.model_copy(update={"reminders_sent": passed, "revision": request.revision + 1})
    return Transition(reminded, (Event(EventKind.REMINDED, tier=request.tier, number=passed),))


def next_moment(request: ApprovalRequest) -> datetime | None:
    """When `advance` has something to do next; None when never."""
    if not request.is_pending:
        return None
    reminders = request.present_tier.reminders[request.reminders_sent :]
    return min([request.due_at, *(request.tier_opened_at + each for each in reminders)])
