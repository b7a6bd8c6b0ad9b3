"""Who may decide: the people of the tiers asked so far, delegates of those who are away, never the requester's side."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from riskengine.response.approvals.requests import ApprovalRequest, Verdict, Vote

#: A delegate who is away as well hands on; a chain longer than this leads nowhere.
LONGEST_CHAIN = 5


class Absence(BaseModel):
    """Somebody is away, and perhaps has a delegate."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    user_id: str
    starts_at: datetime
    ends_at: datetime
    #: A user's id, or empty.
    delegate: str = ""

    def holds(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at


class Facts(NamedTuple):
    """Who is who at the moment of a decision."""

    #: Role → its people, as Slack said last.
    members: Mapping[str, frozenset[str]]
    absences: Mapping[str, Absence] = {}
    #: Roles that Slack has not confirmed lately: good enough to ask people, not to let them decide.
    unconfirmed: frozenset[str] = frozenset()

    def confirmed(self) -> "Facts":
        """The same without what Slack has not confirmed lately."""
        known = {role: people for role, people in self.members.items() if role not in self.unconfirmed}
        return self._replace(members=known)

    def away(self, user_id: str, now: datetime) -> Absence | None:
        absence = self.absences.get(user_id)
        return absence if absence is not None and absence.holds(now) else None

    def stand_in(self, user_id: str, now: datetime) -> str:
        """Who is asked in this person's place: themselves while they are there, nobody (empty) without a delegate."""
        present = user_id
        for _ in range(LONGEST_CHAIN):
            absence = self.away(present, now)
            if absence is None:
                return present
            present = absence.delegate
        return ""


def people_of(request: ApprovalRequest, tiers: Iterable[int], facts: Facts) -> frozenset[str]:
    """Everybody in a role of these tiers (from 1 on)."""
    roles = [role for tier in tiers for role in request.policy.tiers[tier - 1].roles]
    return frozenset().union(*(facts.members.get(role, frozenset()) for role in roles))


def barred(request: ApprovalRequest, facts: Facts, now: datetime) -> dict[str, str]:
    """Who may not decide → on whose account: the requester, the one it is for, and delegates of either."""
    found = {each: each for each in request.own_people}
    for person in request.own_people:
        for delegate in _chain(person, facts, now):
            found.setdefault(delegate, person)
    return found


def _chain(user_id: str, facts: Facts, now: datetime) -> list[str]:
    """Everybody to whom this person's right is handed on while they are away."""
    chain: list[str] = []
    while (absence := facts.away(user_id, now)) and absence.delegate and len(chain) < LONGEST_CHAIN:
        user_id = absence.delegate
        chain.append(user_id)
    return chain


def seats(people: Iterable[str], shut_out: Mapping[str, str], facts: Facts, now: datetime) -> dict[str, list[str]]:
    """Who may speak → whose rights they may use: their own first, then those of absent people they stand in for.

    An absent person who presses all the same uses their own right.
    """
    found: dict[str, list[str]] = {}
    entitled = sorted(set(people) - shut_out.keys())
    for person in entitled:
        found.setdefault(person, []).append(person)
    for person in entitled:
        for delegate in _chain(person, facts, now):
            if delegate not in shut_out and person not in found.get(delegate, ()):
                found.setdefault(delegate, []).append(person)
    return found


def voters(request: ApprovalRequest, facts: Facts, now: datetime) -> dict[str, list[str]]:
    """The same for the tiers asked so far: eligibility is cumulative."""
    tiers = range(1, request.tier + 1)
    return seats(people_of(request, tiers, facts), barred(request, facts, now), facts, now)


def to_ask(request: ApprovalRequest, tier: int, facts: Facts, now: datetime) -> list[str]:
    """Whom to ask when this tier is entered: its people, in place of absent ones their delegates."""
    shut_out = barred(request, facts, now)
    entitled = people_of(request, [tier], facts) - shut_out.keys()
    present = {facts.stand_in(person, now) for person in entitled}
    return sorted(present - shut_out.keys() - {""})


def could_approve(request: ApprovalRequest, facts: Facts, votes: Iterable[Vote], now: datetime) -> int:
    """How many different people could still make up the quorum, over all tiers, those who have approved included.

    Somebody who is away without a delegate counts when they are back before the request can end.
    """
    mine = [vote for vote in votes if vote.version == request.version]
    approved = {vote.voter for vote in mine if vote.verdict is Verdict.APPROVE}
    shut_out = barred(request, facts, now)
    gone = {vote.voter for vote in mine} | {vote.seat for vote in mine} | shut_out.keys() | {""}
    entitled = people_of(request, range(1, len(request.policy.tiers) + 1), facts) - gone
    served = {each: facts.stand_in(each, now) for each in entitled}
    present = set(served.values()) - gone
    returning = {each for each, by in served.items() if by in gone and _is_back(each, request, facts, now)}
    return len(approved) + len(present | returning)


def _is_back(user_id: str, request: ApprovalRequest, facts: Facts, now: datetime) -> bool:
    absence = facts.away(user_id, now)
    return absence is not None and absence.ends_at < last_moment(request)


def last_moment(request: ApprovalRequest) -> datetime:
    """When the request ends at the latest as things stand: after the tiers that are still to come."""
    ends_at = request.due_at
    for tier in request.policy.tiers[request.tier :]:
        ends_at += tier.timeout
    return min(ends_at, request.hard_deadline_at)
