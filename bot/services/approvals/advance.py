"""Due work of requests: reminders, next tiers, expiry. Hundreds in one transaction."""

from collections.abc import Sequence

from bot.services.approvals.settle import ask_missing, keep_timers, settle
from bot.services.approvals.terms import ApprovalTerms, Changed
from bot.store import approval_people, approval_votes, approvals
from bot.store.database import Transaction
from bot.store.due import DueRow
from riskengine.response.approvals import shortage, timers


def advance_requests(tx: Transaction, rows: Sequence[DueRow], terms: ApprovalTerms) -> None:
    """Do what is due for each, by people as they were last known: Slack may be away."""
    requests = approvals.lock(tx, [row.subject_id for row in rows])
    roles = {role for request in requests for role in request.policy.roles}
    facts = approval_people.facts(tx, roles)
    votes = approval_votes.votes_of(tx, [each.id for each in requests])
    steps = [(each, shortage.review(timers.advance(each, tx.now), votes[each.id], facts, tx.now)) for each in requests]
    settle(tx, [Changed(each, step.request, step.events) for each, step in steps], votes, facts, terms)
    # Whoever came into a role, or stands in for somebody since, is asked as well.
    ask_missing(tx, [step.request for _, step in steps], facts)
    # A row that came too early, or late for a request that is over, is planned anew or gone.
    keep_timers(tx, [step.request for _, step in steps if not step.events])
