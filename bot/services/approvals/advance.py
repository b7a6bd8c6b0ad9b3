"""Due work of requests: reminders, next tiers, expiry. Hundreds in one transaction."""

from collections.abc import Sequence

from bot.services.approvals.settle import keep_timers, settle
from bot.services.approvals.terms import ApprovalTerms, Changed
from bot.store import approval_people, approval_votes, approvals
from bot.store.database import Transaction
from bot.store.due import DueRow
from riskengine.response.approvals import timers


def advance_requests(tx: Transaction, rows: Sequence[DueRow], terms: ApprovalTerms) -> None:
    """Do what is due for each, by people as they were last known: Slack may be away."""
    requests = approvals.lock(tx, [row.subject_id for row in rows])
    roles = {role for request in requests for role in request.policy.roles}
    facts = approval_people.facts(tx, roles)
    steps = [(request, timers.advance(request, tx.now)) for request in requests]
    changes = [Changed(request, step.request, step.events) for request, step in steps]
    settle(tx, changes, approval_votes.votes_of(tx, [each.id for each in requests]), facts, terms)
    # A row that came too early, or late for a request that is over, is planned anew or gone.
    keep_timers(tx, [step.request for _, step in steps if not step.events])
