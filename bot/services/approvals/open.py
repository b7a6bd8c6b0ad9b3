"""Opens a request: who could approve it is known before anybody waits for them."""

from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.errors import ApprovalImpossible, Conflict
from bot.services.approvals.settle import settle
from bot.services.approvals.terms import ApprovalTerms, Changed
from bot.store import approval_people, approvals
from bot.store.database import Transaction
from riskengine.response.approvals import eligibility
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.policies import Policy
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Event, EventKind
from riskengine.response.approvals.transitions import ask, enter


class Opening(BaseModel):
    """What is asked for, by whom, and for whom."""

    model_config = ConfigDict(frozen=True)

    #: Which policy it gets, where settings name one for it: `escalation`, `rollback`.
    kind: str
    subject_kind: str
    subject_id: int
    title: str
    #: SHA-256 of what would be executed, in hex.
    subject_hash: str
    #: A user's id or `token:NAME`.
    requested_by: str
    #: A user's id, or empty where nobody but the requester wants it.
    requested_for: str = ""
    emergency: bool = False
    #: A policy of the settings by name; empty for the one of the kind.
    policy: str = ""
    #: The same key with the same hash is the same request; None for none.
    key: str | None = None
    #: Where everybody sees it; empty for the channel of the settings.
    channel: str = ""


class Opened(NamedTuple):
    request: ApprovalRequest
    #: False when the key was there already.
    is_new: bool


def open_request(tx: Transaction, opening: Opening, terms: ApprovalTerms) -> Opened:
    """Ask the first tier.

    Raises Conflict when the key stands for other content, ApprovalImpossible when too few people could approve.
    """
    if opening.key is not None and (earlier := approvals.by_key(tx, opening.key)) is not None:
        return _again(earlier, opening)
    name = opening.policy or terms.settings.policy_for(opening.kind, emergency=opening.emergency)
    policy = terms.settings.policies[name]
    facts = approval_people.facts(tx, policy.roles, terms.people.groups_cached_for)
    draft = _draft(opening, name, policy, terms, tx.now)
    tier = _first_tier(draft, facts, tx.now)
    stored = approvals.add(tx, enter(draft, tier, tx.now).model_copy(update={"revision": 1}))
    events = (Event(EventKind.OPENED, opening.requested_by, tier), ask(tier))
    settle(tx, [Changed(None, stored, events)], {}, facts, terms)
    return Opened(stored, is_new=True)


def _again(earlier: ApprovalRequest, opening: Opening) -> Opened:
    if earlier.subject_hash != opening.subject_hash or earlier.subject_kind != opening.subject_kind:
        raise Conflict(
            f"The key {opening.key!r} stands for other content already, in approval request {earlier.id}.",
            hint="Send what was sent first, or use a new key for new content.",
        )
    return Opened(earlier, is_new=False)


def _draft(opening: Opening, name: str, policy: Policy, terms: ApprovalTerms, now: datetime) -> ApprovalRequest:
    """The request before anybody is asked."""
    return ApprovalRequest(
        **opening.model_dump(exclude={"emergency", "policy", "channel"}),
        id=0,
        status=ApprovalStatus.PENDING,
        version=1,
        policy_name=name,
        policy=policy,
        channel=opening.channel or terms.settings.channel,
        tier=1,
        tier_opened_at=now,
        due_at=now + policy.tiers[0].timeout,
        hard_deadline_at=now + policy.hard_deadline,
        reminders_sent=0,
        revision=0,
        created_at=now,
        decided_at=None,
        decided_by=None,
        comment="",
        broke_glass=False,
        short_since=None,
        valid_until=None,
    )


def _first_tier(draft: ApprovalRequest, facts: Facts, now: datetime) -> int:
    """The first tier that has somebody to ask; raises ApprovalImpossible when all of them are too few."""
    possible = eligibility.could_approve(draft, facts, (), now)
    if possible < draft.policy.quorum:
        raise ApprovalImpossible(_impossible(draft, possible))
    tiers = range(1, len(draft.policy.tiers) + 1)
    return next((each for each in tiers if eligibility.to_ask(draft, each, facts, now)), 1)


def _impossible(draft: ApprovalRequest, possible: int) -> str:
    people = {0: "nobody", 1: "one person"}.get(possible, f"{possible} people")
    roles = ", ".join(draft.policy.roles)
    return (
        f"Policy {draft.policy_name} takes {draft.policy.quorum} to approve, and {people} besides the requester's side "
        f"could: its roles are {roles}."
    )
