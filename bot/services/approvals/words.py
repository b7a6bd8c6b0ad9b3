"""Refusals as sentences: true, complete, and for the one person who was refused."""

from collections.abc import Callable, Mapping

from bot.services.answers import at, quoted, who
from riskengine.durations import spoken
from riskengine.response.approvals.decisions import QUESTION
from riskengine.response.approvals.refusals import Reason, Refusal
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus

GONE = "This request is not in my records any more. Nothing was changed."
NOTHING = "Nothing was changed."


def refused(refusal: Refusal, user_id: str) -> str:
    """Why nothing was changed, told to this user."""
    personal = _PERSONAL.get(refusal.reason)
    sentence = personal(refusal, user_id) if personal else _SENTENCES[refusal.reason](refusal)
    return f"{sentence} {NOTHING}"


def no_glass(role: str) -> str:
    return f"Breaking the glass takes the role {role}. {NOTHING}"


def over(request: ApprovalRequest, user_id: str = "") -> str:
    """How a request ended, who ended it, when and why."""
    moment = at(request.decided_at)
    if request.status is ApprovalStatus.EXPIRED:
        return f"This request expired {moment}: no approval was received in time."
    by = "you" if request.decided_by == user_id else who(request.decided_by or "")
    why = f", with the comment: {quoted(request.comment)}" if request.comment else ""
    glass = " by breaking the glass" if request.broke_glass else ""
    return f"This request was {request.status} by {by}{glass}, {moment}{why}{_end_of(why)}"


def _end_of(words: str) -> str:
    return "" if words.endswith((".", "!", "?")) else "."


def _old_version(refusal: Refusal) -> str:
    return (
        f"You were shown an older version: {who(refusal.request.requested_by)} has changed the request since "
        f"(it is at version {refusal.request.version} now), and votes on the old one are void. Look at the card as it "
        "is now."
    )


def _own(refusal: Refusal, user_id: str) -> str:
    own = "You asked for this" if refusal.request.requested_by == user_id else "This is asked for you"
    if refusal.word == QUESTION:
        return f"{own}: write what should be known into its thread."
    return f"{own}, and nobody decides on their own request."


def _delegate(refusal: Refusal) -> str:
    return f"You stand in for {who(refusal.who)}, on whose side this request is, so you may not decide on it."


def _no_approver(refusal: Refusal) -> str:
    tiers = refusal.request.policy.tiers[: refusal.request.tier]
    roles = ", ".join(dict.fromkeys(role for tier in tiers for role in tier.roles))
    return f"You are no approver of this request: it is for these roles: {roles}."


def _not_open(refusal: Refusal) -> str:
    return (
        f"Your tier, {refusal.word}, is not asked yet: {refusal.request.present_tier.name} has time until "
        f"{at(refusal.request.due_at)}."
    )


def _not_verified(_refusal: Refusal) -> str:
    return "Slack does not tell me at the moment who is in which role, so I cannot tell whether you may. Try again."


def _voted(refusal: Refusal) -> str:
    done = {"approve": "approved", "reject": "rejected", "pass": "passed on"}[refusal.word]
    return f"You have {done} this version already, {at(refusal.at)}; it is still pending."


def _spoken_for(refusal: Refusal, user_id: str) -> str:
    whom = "you" if refusal.word == user_id else who(refusal.word)
    return f"{who(refusal.who)} has spoken for {whom} already, {at(refusal.at)}."


def _comment(refusal: Refusal) -> str:
    return f"To {refusal.word} this takes a comment that says why."


def _not_in_tier(refusal: Refusal) -> str:
    return f"Only the tier that is asked at present, {refusal.word}, can pass this on; you may still decide."


def _last_tier(refusal: Refusal) -> str:
    return f"There is no tier after {refusal.word} to pass this on to; approve or reject it."


def _not_requester(refusal: Refusal) -> str:
    return f"Only whoever asked for this, {who(refusal.who)}, can do that."


def _not_approved(refusal: Refusal) -> str:
    return f"This is not approved yet: {refusal.request.present_tier.name} has time until {at(refusal.request.due_at)}."


def _lapsed(refusal: Refusal) -> str:
    valid = spoken(refusal.request.policy.valid_for)
    return f"The approval was good for {valid}, until {at(refusal.at)}; ask anew."


def _other_content(_refusal: Refusal) -> str:
    return "What is to be executed is not what was approved: its hash differs."


def _executed(refusal: Refusal) -> str:
    return f"This approval was used already, {at(refusal.at)} (the execution is {refusal.word}); it is good once."


#: Sentences that say *you* to whoever the refusal is about.
_PERSONAL: Mapping[Reason, Callable[[Refusal, str], str]] = {
    Reason.OVER: lambda refusal, user_id: over(refusal.request, user_id),
    Reason.OWN_REQUEST: _own,
    Reason.SPOKEN_FOR: _spoken_for,
}
_SENTENCES: Mapping[Reason, Callable[[Refusal], str]] = {
    Reason.OLD_VERSION: _old_version,
    Reason.DELEGATE_OF_REQUESTER: _delegate,
    Reason.NO_APPROVER: _no_approver,
    Reason.TIER_NOT_OPEN: _not_open,
    Reason.NOT_VERIFIED: _not_verified,
    Reason.VOTED_ALREADY: _voted,
    Reason.COMMENT_MISSING: _comment,
    Reason.NOT_IN_TIER: _not_in_tier,
    Reason.LAST_TIER: _last_tier,
    Reason.NOT_REQUESTER: _not_requester,
    Reason.NOT_YET_APPROVED: _not_approved,
    Reason.LAPSED: _lapsed,
    Reason.OTHER_CONTENT: _other_content,
    Reason.EXECUTED_ALREADY: _executed,
}
