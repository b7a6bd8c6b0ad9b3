"""One request at a time, by the pure engine alone: minutes since its opening in, transitions out."""

from datetime import UTC, datetime, timedelta

from riskengine.response.approvals import decisions, timers
from riskengine.response.approvals.decisions import Ballot
from riskengine.response.approvals.eligibility import Absence, Facts
from riskengine.response.approvals.policies import SHIPPED, Policy
from riskengine.response.approvals.requests import ApprovalRequest, ApprovalStatus, Verdict, Vote
from riskengine.response.approvals.transitions import Transition

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)
HASH = "a" * 64
LEAD, ARCHITECT, MANAGER, CHIEF, STRANGER = "U0LEAD", "U0ARCH", "U0MAN", "U0CTO", "U0STR"
FACTS = Facts(
    {
        "tech_lead": frozenset({LEAD}),
        "architect": frozenset({ARCHITECT}),
        "engineering_manager": frozenset({MANAGER}),
        "cto": frozenset({CHIEF}),
    }
)


def at(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def standard(**more: object) -> Policy:
    return Policy.model_validate({**SHIPPED["standard"].model_dump(), **more})


def request(policy: Policy = SHIPPED["standard"], **more: object) -> ApprovalRequest:
    opened = {
        "id": 1,
        "key": None,
        "kind": "escalation",
        "subject_kind": "escalation",
        "subject_id": 1,
        "title": "A",
        "status": ApprovalStatus.PENDING,
        "version": 1,
        "subject_hash": HASH,
        "requested_by": "token:ci",
        "requested_for": "",
        "policy_name": "p",
        "policy": policy,
        "channel": "#escalations",
        "tier": 1,
        "tier_opened_at": OPENED,
        "due_at": OPENED + policy.tiers[0].timeout,
        "reminders_sent": 0,
        "revision": 1,
        "hard_deadline_at": OPENED + policy.hard_deadline,
        "created_at": OPENED,
        "decided_at": None,
        "decided_by": None,
        "comment": "",
        "broke_glass": False,
        "short_since": None,
        "valid_until": None,
    }
    return ApprovalRequest.model_validate({**opened, **more})


#: The second tier is asked, half an hour after the first.
SECOND = request(tier=2, tier_opened_at=at(30), due_at=at(90))


def absent(user_id: str, delegate: str = "", *, start: float = 0, end: float = 600) -> dict[str, Absence]:
    return {user_id: Absence(user_id=user_id, starts_at=at(start), ends_at=at(end), delegate=delegate)}


def vote(voter: str, verdict: Verdict = Verdict.APPROVE, on_behalf_of: str = "") -> Vote:
    return Vote(voter=voter, verdict=verdict, on_behalf_of=on_behalf_of, version=1, at=at(1))


def press(
    subject: ApprovalRequest,
    voter: str,
    verdict: Verdict = Verdict.APPROVE,
    *,
    minutes: float = 1,
    version: int = 1,
    comment: str = "",
    votes: tuple[Vote, ...] = (),
    facts: Facts = FACTS,
) -> Transition:
    return decisions.decide(subject, Ballot(voter, version, verdict, comment), votes, facts, at(minutes))


def left_alone(policy: Policy) -> list[tuple[float, str, int]]:
    """All that time does to a request that nobody decides: minute, what happened, tier; timers are punctual."""
    told, subject = [], request(policy)
    while (moment := timers.next_moment(subject)) is not None:
        step = timers.advance(subject, moment)
        minute = (moment - OPENED) / timedelta(minutes=1)
        told += [(minute, event.kind.removeprefix("approval_"), event.tier) for event in step.events]
        subject = step.request
    return told
