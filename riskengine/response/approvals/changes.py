"""Edit, withdraw, and break the glass."""

from collections.abc import Collection
from datetime import datetime

from riskengine.response.approvals import timers
from riskengine.response.approvals.decisions import guard_own_request, guard_pending, guard_version
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.refusals import Reason
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Event, EventKind
from riskengine.response.approvals.transitions import Transition, ask, end, enter


def edit(request: ApprovalRequest, by: str, title: str, subject_hash: str, now: datetime) -> Transition:
    """A new version of the subject: the votes on the old one are void, and its first tier is asked about this one.

    The hard deadline stays, so that edits do not keep a request alive for ever.
    """
    before = guard_pending(timers.advance(request, now))
    if before.refusal is not None:
        return before
    if by != request.requested_by:
        return before.refused(Reason.NOT_REQUESTER, request.requested_by)
    changed = {"version": request.version + 1, "title": title, "subject_hash": subject_hash}
    anew = enter(before.request.model_copy(update=changed), 1, now)
    return before.then(anew, Event(EventKind.EDITED, by, before.request.tier), ask(1))


def withdraw(
    request: ApprovalRequest, by: str, comment: str, now: datetime, *, admins: Collection[str] = ()
) -> Transition:
    """The requester, the one it is for, or an admin takes it back."""
    before = guard_pending(timers.advance(request, now))
    if before.refusal is not None:
        return before
    if by not in request.own_people and by not in admins:
        return before.refused(Reason.NOT_REQUESTER, request.requested_by)
    ended = end(before.request, ApprovalStatus.WITHDRAWN, now, by=by, comment=comment)
    return before.then(ended, Event(EventKind.WITHDRAWN, by, before.request.tier, comment=comment))


def break_glass(
    request: ApprovalRequest, by: str, version: int, comment: str, facts: Facts, now: datetime
) -> Transition:
    """One person of the break-glass role, which the caller has checked, approves past the policy, with a reason."""
    before = guard_version(guard_pending(timers.advance(request, now)), version)
    if before.refusal is None:
        before = guard_own_request(before, by, facts, now)
    if before.refusal is not None:
        return before
    if not comment.strip():
        return before.refused(Reason.COMMENT_MISSING, word="break the glass")
    ended = end(before.request, ApprovalStatus.APPROVED, now, by=by, comment=comment)
    broken = ended.model_copy(update={"broke_glass": True})
    return before.then(broken, Event(EventKind.BROKE_GLASS, by, before.request.tier, comment=comment))
