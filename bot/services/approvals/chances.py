"""What a press would do as things stand: looked at before a form opens, and for what a person is offered.

Writes nothing: the press itself is checked again when it comes.
"""

from typing import NamedTuple

from bot.services.approvals import words
from bot.services.approvals.respond import Press
from bot.services.approvals.terms import ApprovalTerms
from bot.store import approval_lookups, approval_people, approval_votes
from bot.store.database import Transaction
from riskengine.response.approvals import changes, decisions
from riskengine.response.approvals.decisions import Ballot
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.requests import ApprovalRequest, Verdict, Vote
from riskengine.response.approvals.transitions import Transition

#: Stands for what the person will write.
_SOME = "…"


class Chances(NamedTuple):
    """Why each would change nothing, in a sentence for the person; empty where it would."""

    approve: str
    reject: str
    pass_on: str
    ask_information: str
    withdraw: str
    edit: str
    break_glass: str


class _Look(NamedTuple):
    press: Press
    request: ApprovalRequest
    votes: list[Vote]
    facts: Facts


def chances(tx: Transaction, press: Press, terms: ApprovalTerms, *, is_admin: bool, may_break: bool) -> Chances:
    """`may_break`: the person has the role for it."""
    request = approval_lookups.by_id(tx, press.request_id)
    if request is None:
        return Chances(*[words.GONE] * len(Chances._fields))
    votes = approval_votes.votes_of(tx, [request.id])[request.id]
    facts = approval_people.facts(tx, request.policy.roles, terms.people.groups_cached_for)
    look = _Look(press, request, [vote for vote in votes if vote.version == request.version], facts)
    admins = [press.user_id] if is_admin else []
    glass = changes.break_glass(request, press.user_id, press.version, _SOME, facts, tx.now)
    return Chances(
        approve=_decision(tx, look, Verdict.APPROVE),
        reject=_decision(tx, look, Verdict.REJECT),
        pass_on=_decision(tx, look, Verdict.PASS),
        ask_information=_told(decisions.question(request, press.user_id, press.version, facts, tx.now), press),
        withdraw=_told(changes.withdraw(request, press.user_id, "", tx.now, admins=admins), press),
        edit=_told(changes.edit(request, press.user_id, request.title, request.subject_hash, tx.now), press),
        break_glass=_told(glass, press) if may_break else words.no_glass(terms.settings.break_glass_role),
    )


def _decision(tx: Transaction, look: _Look, verdict: Verdict) -> str:
    ballot = Ballot(look.press.user_id, look.press.version, verdict, _SOME)
    return _told(decisions.decide(look.request, ballot, look.votes, look.facts, tx.now), look.press)


def _told(step: Transition, press: Press) -> str:
    return words.refused(step.refusal, press.user_id) if step.refusal is not None else ""
