"""What people and programs do about a request: checked against its state now, answered truthfully."""

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from bot.failpoints import FailPoint, pass_by
from bot.services.answers import Answer
from bot.services.approvals import notes, words
from bot.services.approvals.settle import settle
from bot.services.approvals.terms import ApprovalTerms, Changed
from bot.store import approval_people, approval_votes, approvals, audit, cards, destinations, inbound, outbox
from bot.store.approvals import APPROVAL
from bot.store.database import Transaction
from riskengine.response.approvals import changes, decisions, shortage
from riskengine.response.approvals.decisions import Ballot
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.refusals import Refusal
from riskengine.response.approvals.requests import ApprovalRequest, Verdict, Vote
from riskengine.response.approvals.transitions import Transition

#: A redelivery was answered the first time; a second answer would only confuse.
REPEATED = ""

Rule = Callable[[ApprovalRequest, Sequence[Vote], Facts], Transition]


class Press(BaseModel):
    """One request on one request; `delivery_id` is the same when it is delivered again."""

    model_config = ConfigDict(frozen=True)

    #: A user's id or `token:NAME`.
    user_id: str
    request_id: int
    delivery_id: str
    #: The version that the person was shown; only for decisions.
    version: int = 0
    comment: str = ""


class Outcome(Answer):
    """The answer, with the request as it stands now and why not, for callers that are programs."""

    request: ApprovalRequest | None = None
    refusal: Refusal | None = None


def approve(tx: Transaction, press: Press, terms: ApprovalTerms) -> Outcome:
    return _decide(tx, press, Verdict.APPROVE, terms)


def reject(tx: Transaction, press: Press, terms: ApprovalTerms) -> Outcome:
    return _decide(tx, press, Verdict.REJECT, terms)


def pass_on(tx: Transaction, press: Press, terms: ApprovalTerms) -> Outcome:
    """Have the next tier asked at once."""
    return _decide(tx, press, Verdict.PASS, terms)


def _decide(tx: Transaction, press: Press, verdict: Verdict, terms: ApprovalTerms) -> Outcome:
    ballot = Ballot(press.user_id, press.version, verdict, press.comment)
    return _do(tx, press, terms, lambda request, votes, facts: decisions.decide(request, ballot, votes, facts, tx.now))


def withdraw(tx: Transaction, press: Press, terms: ApprovalTerms, *, is_admin: bool = False) -> Outcome:
    """Take it back; whoever is no admin must be the requester or the one it is for."""
    admins = [press.user_id] if is_admin else []
    return _do(
        tx,
        press,
        terms,
        lambda request, _votes, _facts: changes.withdraw(request, press.user_id, press.comment, tx.now, admins=admins),
    )


def edit(tx: Transaction, press: Press, title: str, subject_hash: str, terms: ApprovalTerms) -> Outcome:
    """Ask about a new version of the subject, whose rows the caller changes in the same transaction."""
    return _do(
        tx,
        press,
        terms,
        lambda request, _votes, _facts: changes.edit(request, press.user_id, title, subject_hash, tx.now),
    )


def break_glass(tx: Transaction, press: Press, terms: ApprovalTerms) -> Outcome:
    """Approve past the policy; the caller has checked the role."""
    return _do(
        tx,
        press,
        terms,
        lambda request, _votes, facts: changes.break_glass(
            request, press.user_id, press.version, press.comment, facts, tx.now
        ),
    )


def ask_information(tx: Transaction, press: Press, terms: ApprovalTerms) -> Outcome:
    """Ask the requester something before deciding; the time goes on."""
    outcome = _do(
        tx,
        press,
        terms,
        lambda request, _votes, facts: decisions.question(request, press.user_id, press.version, facts, tx.now),
    )
    if outcome.request is None or outcome.refusal is not None:
        return outcome
    thread = cards.card_in(tx, APPROVAL, {outcome.request.id: outcome.request.channel}).get(outcome.request.id)
    told = list(notes.information(outcome.request, press.user_id, press.comment, press.delivery_id, thread))
    destinations.ensure(tx, [note.channel for note in told if note.channel])
    outbox.enqueue(tx, told)
    actor = audit.actor(press.user_id)
    audit.record(tx, [audit.Entry(actor, "approval_information_asked", APPROVAL, press.request_id, {})])
    return outcome.model_copy(update={"changed": True, "text": "Your question is in the thread of the request."})


def _do(tx: Transaction, press: Press, terms: ApprovalTerms, rule: Rule) -> Outcome:
    """Lock, decide, write; what was due is written even where the rest is refused."""
    if not inbound.is_first(tx, "press", press.delivery_id):
        return Outcome(changed=False, text=REPEATED)
    request = approvals.lock_one(tx, press.request_id)
    if request is None:
        return Outcome(changed=False, text=words.GONE)
    facts = approval_people.facts(tx, request.policy.roles, terms.people.groups_cached_for)
    votes = approval_votes.votes_of(tx, [request.id])
    on_this = [vote for vote in votes[request.id] if vote.version == request.version]
    step = shortage.review(rule(request, on_this, facts), on_this, facts, tx.now)
    settle(tx, [Changed(request, step.request, step.events, None if step.refusal else step.vote)], votes, facts, terms)
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    if step.refusal is not None:
        text = words.refused(step.refusal, press.user_id)
        return Outcome(changed=False, text=text, request=step.request, refusal=step.refusal)
    return Outcome(changed=True, text=_counted(step, on_this), request=step.request)


def _counted(step: Transition, votes: Sequence[Vote]) -> str:
    """A decision shows on the card by itself; a vote that is one of several says what is still missing."""
    if not step.request.is_pending or step.vote is None or step.vote.verdict is not Verdict.APPROVE:
        return ""
    missing = step.request.policy.quorum - decisions.approvers([*votes, step.vote])
    return f"Your approval counts. It takes {missing} more."
