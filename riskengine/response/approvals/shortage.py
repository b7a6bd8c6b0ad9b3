"""Whether enough people are left who could approve: said at once when not, and taken back when they are there again."""

from collections.abc import Sequence
from datetime import datetime

from riskengine.response.approvals import eligibility
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.requests import Event, EventKind, Vote
from riskengine.response.approvals.transitions import Transition


def review(step: Transition, votes: Sequence[Vote], facts: Facts, now: datetime) -> Transition:
    """The transition with what follows from who could still approve after it; it decides nothing."""
    request = step.request
    if not request.is_pending:
        return step
    cast = [*votes, step.vote] if step.vote is not None and step.refusal is None else list(votes)
    possible = eligibility.could_approve(request, facts, cast, now)
    is_short = possible < request.policy.quorum
    if is_short == (request.short_since is not None):
        return step
    kind = EventKind.SHORT if is_short else EventKind.ENOUGH
    changed = {"short_since": now if is_short else None, "revision": request.revision + 1}
    return step.then(request.model_copy(update=changed), Event(kind, tier=request.tier, number=possible))
