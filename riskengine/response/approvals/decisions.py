"""Approve, reject and pass on: each checked against the request as it is now, after whatever was due."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from riskengine.response.approvals import eligibility, timers
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.policies import CommentRule, OnReject
from riskengine.response.approvals.refusals import Reason
from riskengine.response.approvals.requests import (
    ApprovalRequest,
    ApprovalStatus,
    Event,
    EventKind,
    Verdict,
    Vote,
)
from riskengine.response.approvals.transitions import Transition, ask, end, enter

#: What a refusal of a question says that it was.
QUESTION = "question"


class Ballot(NamedTuple):
    """What somebody says to the version of the subject that they were shown."""

    voter: str
    version: int
    verdict: Verdict
    comment: str = ""


def decide(request: ApprovalRequest, ballot: Ballot, votes: Sequence[Vote], facts: Facts, now: datetime) -> Transition:
    """What follows from a ballot; `votes` are those on the present version."""
    before = guard_version(guard_pending(timers.advance(request, now)), ballot.version)
    found, seat = _seat(before, ballot, votes, facts, now)
    if found.refusal is not None:
        return found
    vote = Vote(
        voter=ballot.voter,
        verdict=ballot.verdict,
        comment=ballot.comment,
        on_behalf_of="" if seat == ballot.voter else seat,
        version=found.request.version,
        at=now,
    )
    return _counted(found._replace(vote=vote), vote, votes, now)


def guard_pending(now_is: Transition) -> Transition:
    """Final states never change."""
    request = now_is.request
    if request.is_pending:
        return now_is
    return now_is.refused(Reason.OVER, request.decided_by or "", request.decided_at)


def guard_version(now_is: Transition, version: int) -> Transition:
    """An old card is recognised by the version that its buttons carry."""
    if now_is.refusal is None and version != now_is.request.version:
        return now_is.refused(Reason.OLD_VERSION)
    return now_is


def question(request: ApprovalRequest, by: str, version: int, facts: Facts, now: datetime) -> Transition:
    """Whether somebody may ask the requester for more before they decide: whoever may decide now. Decides nothing."""
    before = guard_version(guard_pending(timers.advance(request, now)), version)
    if before.refusal is not None:
        return before
    mine = guard_own_request(before, by, facts, now)
    if mine.refusal is not None:
        return mine._replace(refusal=mine.refusal._replace(word=QUESTION))
    ballot = Ballot(by, version, Verdict.APPROVE)
    return before if _rights(before.request, ballot, facts, now) else _no_right(before, ballot, facts, now)


def _seat(
    now_is: Transition, ballot: Ballot, votes: Sequence[Vote], facts: Facts, now: datetime
) -> tuple[Transition, str]:
    """Whose right the voter uses, or why they have none."""
    if now_is.refusal is not None:
        return now_is, ""
    mine = guard_own_request(now_is, ballot.voter, facts, now)
    if mine.refusal is not None:
        return mine, ""
    rights = _rights(now_is.request, ballot, facts, now)
    if not rights:
        return _no_right(now_is, ballot, facts, now), ""
    if earlier := next((vote for vote in votes if vote.voter == ballot.voter), None):
        return now_is.refused(Reason.VOTED_ALREADY, at=earlier.at, word=earlier.verdict), ""
    used = {vote.seat: vote for vote in votes}
    free = [each for each in rights if each not in used]
    if not free:
        return now_is.refused(Reason.SPOKEN_FOR, used[rights[0]].voter, used[rights[0]].at, rights[0]), ""
    return _commented(now_is, ballot), free[0]


def guard_own_request(now_is: Transition, user_id: str, facts: Facts, now: datetime) -> Transition:
    """Nobody decides on their own request, nor does anybody in their place."""
    account = eligibility.barred(now_is.request, facts, now).get(user_id)
    if account == user_id:
        return now_is.refused(Reason.OWN_REQUEST)
    return now_is.refused(Reason.DELEGATE_OF_REQUESTER, account) if account else now_is


def _rights(request: ApprovalRequest, ballot: Ballot, facts: Facts, now: datetime) -> list[str]:
    """By roles that Slack has confirmed lately: on doubt the answer is no."""
    known = facts.confirmed()
    if ballot.verdict is not Verdict.PASS:
        return eligibility.voters(request, known, now).get(ballot.voter, [])
    people = eligibility.people_of(request, [request.tier], known)
    return eligibility.seats(people, {}, known, now).get(ballot.voter, [])


def _no_right(now_is: Transition, ballot: Ballot, facts: Facts, now: datetime) -> Transition:
    request, voter = now_is.request, ballot.voter
    for tier in range(1, len(request.policy.tiers) + 1):
        people = eligibility.people_of(request, [tier], facts)
        if voter not in eligibility.seats(people, {}, facts, now):
            continue
        if tier > request.tier:
            return now_is.refused(Reason.TIER_NOT_OPEN, at=request.due_at, word=request.policy.tiers[tier - 1].name)
        if _is_confirmed(request, tier, voter, facts, now) and ballot.verdict is Verdict.PASS:
            return now_is.refused(Reason.NOT_IN_TIER, word=request.present_tier.name)
        return now_is.refused(Reason.NOT_VERIFIED)
    return now_is.refused(Reason.NOT_VERIFIED if facts.unconfirmed else Reason.NO_APPROVER)


def _is_confirmed(request: ApprovalRequest, tier: int, voter: str, facts: Facts, now: datetime) -> bool:
    people = eligibility.people_of(request, [tier], facts.confirmed())
    return voter in eligibility.seats(people, {}, facts, now)


def _commented(now_is: Transition, ballot: Ballot) -> Transition:
    rule = now_is.request.policy.comments
    needed = rule is CommentRule.ALWAYS or (rule is CommentRule.ON_REJECT and ballot.verdict is Verdict.REJECT)
    if needed and ballot.verdict is not Verdict.PASS and not ballot.comment.strip():
        return now_is.refused(Reason.COMMENT_MISSING, word=ballot.verdict)
    if ballot.verdict is Verdict.PASS and now_is.request.is_last_tier:
        return now_is.refused(Reason.LAST_TIER, word=now_is.request.present_tier.name)
    return now_is


def _counted(now_is: Transition, vote: Vote, votes: Sequence[Vote], now: datetime) -> Transition:
    """What a vote that is valid does."""
    request = now_is.request
    if vote.verdict is Verdict.APPROVE:
        return _approved(now_is, vote, votes, now)
    hands_on = vote.verdict is Verdict.PASS or request.policy.on_reject is OnReject.NEXT_TIER
    if hands_on and not request.is_last_tier:
        kind = EventKind.PASSED if vote.verdict is Verdict.PASS else EventKind.VOTED
        tier = request.tier + 1
        return now_is.then(enter(request, tier, now), _event(kind, request, vote), ask(tier))
    ended = end(request, ApprovalStatus.REJECTED, now, by=vote.voter, comment=vote.comment)
    return now_is.then(ended, _event(EventKind.REJECTED, request, vote))


def _approved(now_is: Transition, vote: Vote, votes: Sequence[Vote], now: datetime) -> Transition:
    request = now_is.request
    if approvers([*votes, vote]) < request.policy.quorum:
        counted = request.model_copy(update={"revision": request.revision + 1})
        return now_is.then(counted, _event(EventKind.VOTED, request, vote))
    ended = end(request, ApprovalStatus.APPROVED, now, by=vote.voter, comment=vote.comment)
    return now_is.then(ended, _event(EventKind.APPROVED, request, vote))


def approvers(votes: Sequence[Vote]) -> int:
    """Different people who approved, each by a right that nobody else used."""
    approvals = [vote for vote in votes if vote.verdict is Verdict.APPROVE]
    return min(len({vote.voter for vote in approvals}), len({vote.seat for vote in approvals}))


def _event(kind: EventKind, request: ApprovalRequest, vote: Vote) -> Event:
    return Event(kind, vote.voter, request.tier, vote.on_behalf_of, vote.comment)
