"""Writes what transitions mean, for one request or for hundreds, in sets: rows, votes, audit, timers, cards, notes.

All in the transaction of the transitions: what is not committed was not said, and what was committed will be said.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.failpoints import FailPoint, pass_by
from bot.services.approvals import notes
from bot.services.approvals.terms import ApprovalTerms, Changed
from bot.store import approval_votes, approvals, audit, cards, destinations, due, homes, outbox
from bot.store.approval_votes import Opened
from bot.store.approvals import APPROVAL, Change
from bot.store.audit import Entry
from bot.store.cards import CardWish
from bot.store.database import Transaction
from bot.store.due import DueKind
from bot.store.messages import Priority
from riskengine.response.approvals import eligibility
from riskengine.response.approvals.eligibility import Facts
from riskengine.response.approvals.requests import ApprovalRequest, EventKind, Vote
from riskengine.response.approvals.timers import next_moment

CARD = "approvals/card"
Votes = Mapping[int, Sequence[Vote]]


def settle(tx: Transaction, changes: Sequence[Changed], votes: Votes, facts: Facts, terms: ApprovalTerms) -> None:
    """Store and tell these changes; `votes` are those that were cast before. Those without an event changed nothing."""
    changes = [each for each in changes if each.events]
    if not changes:
        return
    asked = {each.after.id: _asked_now(tx, each.after, facts) for each in changes}
    _store(tx, changes, asked)
    pass_by(FailPoint.APPROVAL_STORED)
    _tell(tx, changes, asked, votes, terms)
    pass_by(FailPoint.APPROVAL_TOLD)
    keep_timers(tx, [each.after for each in changes])
    own = {person for each in changes for person in each.after.own_people}
    homes.touch(tx, own, APPROVAL, [each.after.id for each in changes])
    pass_by(FailPoint.APPROVAL_TIMED)
    for kind, follow in terms.followers.items():
        if mine := [each for each in changes if each.after.subject_kind == kind]:
            follow(tx, mine)


def _asked_now(tx: Transaction, request: ApprovalRequest, facts: Facts) -> list[str]:
    """The people of the present tier, delegates in place of absent ones; nobody once it is over."""
    return eligibility.to_ask(request, request.tier, facts, tx.now) if request.is_pending else []


def _store(tx: Transaction, changes: Sequence[Changed], asked: Mapping[int, list[str]]) -> None:
    approvals.change(tx, [Change(each.before, each.after) for each in changes if each.before is not None])
    approval_votes.cast(tx, [(each.after.id, each.vote) for each in changes if each.vote is not None])
    approval_votes.open_tiers(tx, [_opened(each.after, asked) for each in changes if each.happened(EventKind.ASKED)])
    audit.record(tx, [entry for each in changes for entry in _entries(each, asked)])


def _opened(request: ApprovalRequest, asked: Mapping[int, list[str]]) -> Opened:
    return Opened(request.id, request.tier, request.version, request.tier_opened_at, request.due_at, asked[request.id])


def _entries(change: Changed, asked: Mapping[int, list[str]]) -> Iterator[Entry]:
    """Facts alone: what people wrote can be erased from the tables, and never from the audit."""
    for event in change.events:
        detail: dict[str, Any] = {"tier": event.tier, "version": change.after.version}
        if event.on_behalf_of:
            detail |= {"on_behalf_of": event.on_behalf_of}
        if event.number:
            detail |= {"number": event.number}
        if event.kind is EventKind.ASKED:
            detail |= {"asked": asked[change.after.id]}
        if change.vote is not None and event.by == change.vote.voter:
            detail |= {"verdict": change.vote.verdict}
        yield Entry(audit.actor(event.by), event.kind, APPROVAL, change.after.id, detail)


def _tell(
    tx: Transaction, changes: Sequence[Changed], asked: Mapping[int, list[str]], votes: Votes, terms: ApprovalTerms
) -> None:
    wishes = [wish for each in changes for wish in _wishes(tx, each, asked[each.after.id])]
    destinations.ensure(tx, [wish.channel for wish in wishes])
    cards.want(tx, wishes)
    cards.bump(tx, APPROVAL, {each.after.id: each.after.revision for each in changes if _shows(each)})
    threads = cards.card_in(tx, APPROVAL, {each.after.id: each.after.channel for each in changes})
    told = [note for each in changes for note in _notes(each, asked, threads, votes, terms)]
    destinations.ensure(tx, [note.channel for note in told if note.channel])
    outbox.enqueue(tx, told)


def _shows(change: Changed) -> bool:
    """Whether its cards look different now; a reminder is told in words, and edits are what Slack allows least of."""
    return not change.is_new and any(event.kind is not EventKind.REMINDED for event in change.events)


def _wishes(tx: Transaction, change: Changed, asked: Sequence[str]) -> Iterator[CardWish]:
    """A card for all when it is new, and one in the DM of everybody who is asked; those that are there stay."""
    request = change.after
    if change.happened(EventKind.ASKED) is None:
        return
    for channel in [*([request.channel] if change.is_new else []), *asked]:
        yield wish(request, channel, tx)


def ask_missing(tx: Transaction, requests: Sequence[ApprovalRequest], facts: Facts) -> None:
    """A card for everybody whom the tiers entered so far would ask now; those who have one keep it."""
    pending = [each for each in requests if each.is_pending]
    have = cards.channels_of_each(tx, APPROVAL, [each.id for each in pending])
    wishes = [
        wish(request, person, tx)
        for request in pending
        for tier in range(1, request.tier + 1)
        for person in eligibility.to_ask(request, tier, facts, tx.now)
        if person not in have.get(request.id, ())
    ]
    destinations.ensure(tx, [each.channel for each in wishes])
    cards.want(tx, wishes)


def wish(request: ApprovalRequest, channel: str, tx: Transaction) -> CardWish:
    return CardWish(CARD, APPROVAL, request.id, channel, request.revision, Priority.URGENT, tx.now)


def _notes(
    change: Changed,
    asked: Mapping[int, list[str]],
    threads: Mapping[int, int],
    votes: Votes,
    terms: ApprovalTerms,
) -> Iterator[outbox.Note]:
    """Whoever has spoken is not asked again."""
    request = change.after
    spoken = {vote.voter for vote in votes.get(request.id, ()) if vote.version == request.version}
    still = [each for each in asked[request.id] if each not in spoken]
    return notes.of_change(change, threads.get(request.id), still, terms.security_channel)


def keep_timers(tx: Transaction, requests: Sequence[ApprovalRequest]) -> None:
    """Each pending request has its one due row; a final one has none."""
    moments = {each.id: next_moment(each) for each in requests}
    due.schedule_each(tx, DueKind.ADVANCE_APPROVAL, {each: at for each, at in moments.items() if at is not None})
    due.cancel(tx, DueKind.ADVANCE_APPROVAL, [each for each, at in moments.items() if at is None])
