"""A Hypothesis state machine over the real services; what must always hold is asked of the rows after every step.

Ids and versions are drawn from live rows: uniform draws miss mutants that live ones find.
"""

import asyncio
import itertools

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from bot.clock import Clock
from bot.errors import ApprovalImpossible
from bot.services.approvals import respond
from bot.store import audit, due
from bot.store.approval_votes import tiers_of, votes_of
from bot.store.approvals import approval_requests
from bot.store.due import DueKind
from bot.store.executions import executions
from bot.store.messages import messages
from bot.store.open import open_database
from riskengine.response.approvals import eligibility
from riskengine.response.approvals.requests import FINAL_EVENTS, ApprovalRequest, ApprovalStatus, Verdict
from tests.services.approvals.office import CHIEFS, LEADS, MANAGERS, MEMBERS, OUTSIDE, Office, terms_of

PEOPLE = (*LEADS, *MANAGERS, *CHIEFS, *OUTSIDE)
STEPS_SECONDS = (1, 60, 899, 900, 901, 1799, 1800, 3600, 5400, 20000)
TWO = {
    "tiers": [
        {"name": "primary", "roles": ["tech_lead", "architect"], "timeout": "30m", "reminders": ["15m"]},
        {"name": "secondary", "roles": ["engineering_manager", "product_manager"], "timeout": "60m"},
    ],
    "quorum": 2,
    "on_reject": "next_tier",
}
POLICIES = ("standard", "emergency", "emergency_sequential", "two")
FINAL = {f"{each}" for each in FINAL_EVENTS}


class ApprovalMachine(RuleBasedStateMachine):
    """`url_of` gives each run a database of its own; `loop` runs it."""

    url_of = staticmethod(lambda: "")
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.url = type(self).url_of()
        self.office = self._opened()
        self.keys: dict[str, int] = {}
        self.finals: dict[int, tuple] = {}
        self.ticked = False

    def _opened(self) -> Office:
        return Office(open_database(self.url, self.clock), terms_of(policies={"two": TWO}))

    def run(self, work):
        return self.loop.run_until_complete(work)

    def live(self) -> list[ApprovalRequest]:
        every = select(approval_requests).order_by(approval_requests.c.id)
        rows = self.run(self.office.database.read(lambda tx: tx.execute(every).all()))
        return [ApprovalRequest.model_validate(row) for row in rows]

    def pick(self, data) -> ApprovalRequest:
        """Mostly one that is pending, where something can go wrong."""
        rows = self.live()
        pending = [row for row in rows if row.is_pending]
        return data.draw(st.sampled_from(pending if pending and data.draw(st.integers(0, 4)) else rows))

    def version(self, data, request) -> int:
        return data.draw(st.sampled_from((request.version,) * 3 + (max(1, request.version - 1),)))

    @initialize()
    def hire(self):
        self.run(self.office.staff())

    @rule(data=st.data(), policy=st.sampled_from(POLICIES), key=st.sampled_from((None, "a", "b")))
    def create(self, data, policy, key):
        by = data.draw(st.sampled_from(("token:ci", *PEOPLE)))
        wanted_for = data.draw(st.sampled_from(("", *PEOPLE)))
        self.run(self.office.staff())
        if key in self.keys:
            first = next(row for row in self.live() if row.id == self.keys[key])
            by, wanted_for, policy = first.requested_by, first.requested_for, first.policy_name
            if first.version > 1:
                return
        try:
            opened = self.run(self.office.open(by=by, requested_for=wanted_for, policy=policy, key=key))
        except ApprovalImpossible:
            return
        if key is not None:
            assert self.keys.setdefault(key, opened.request.id) == opened.request.id, "I16"

    def decide(self, data, verb, comment):
        request = self.pick(data)
        user = data.draw(st.sampled_from(PEOPLE))
        self.run(self.office.staff())
        now = self.clock.now()
        version = self.version(data, request)
        outcome = self.run(self.office.press(verb, request, user, version=version, comment=comment))
        assert not outcome.changed or version == request.version, "I6"
        self.ticked = False
        last = eligibility.last_moment(request)
        if outcome.changed and request.tier == len(request.policy.tiers):
            assert now < last, "I2"
        if outcome.changed and now >= request.due_at:
            assert outcome.request.tier > request.tier, "I2b: what was due comes first"

    has_some = precondition(lambda self: self.live())

    @has_some
    @rule(data=st.data())
    def approve(self, data):
        self.decide(data, respond.approve, "")

    @has_some
    @rule(data=st.data(), comment=st.sampled_from(("", "no")))
    def reject(self, data, comment):
        self.decide(data, respond.reject, comment)

    @has_some
    @rule(data=st.data())
    def pass_on(self, data):
        self.decide(data, respond.pass_on, "")

    @has_some
    @rule(data=st.data(), content=st.sampled_from("bcd"))
    def edit(self, data, content):
        request = self.pick(data)
        self.run(self.office.edit(request, request.requested_by, content))
        self.ticked = False

    @has_some
    @rule(data=st.data(), own=st.booleans())
    def withdraw(self, data, own):
        request = self.pick(data)
        user = request.requested_by if own else data.draw(st.sampled_from(PEOPLE))
        outcome = self.run(self.office.withdraw(request, user))
        assert not outcome.changed or user in request.own_people
        self.ticked = False

    @has_some
    @rule(data=st.data(), content=st.sampled_from("abcd"))
    def execute(self, data, content):
        rows = self.live()
        approved = [row for row in rows if row.status is ApprovalStatus.APPROVED]
        request = data.draw(st.sampled_from(approved or rows))
        before = self.run(self.office.count(executions))
        begun = self.run(self.office.execute(request, content))
        self.ticked = False
        if begun.execution is not None:
            assert self.clock.now() < request.valid_until, "I18"
            assert request.subject_hash == (content * 64), "I7"
            assert self.run(self.office.count(executions)) == before + 1, "I14"

    @rule(user=st.sampled_from(PEOPLE), delegate=st.sampled_from(("", *PEOPLE)))
    def away(self, user, delegate):
        self.run(self.office.away(user, delegate, minutes=90))
        self.ticked = False

    @rule(user=st.sampled_from(PEOPLE))
    def back(self, user):
        self.run(self.office.back(user))
        self.ticked = False

    @rule(seconds=st.sampled_from(STEPS_SECONDS), ticks=st.booleans())
    def time(self, seconds, ticks):
        self.clock.advance(seconds)
        self.ticked = False
        if ticks:
            self.tick()

    @rule()
    def tick(self):
        self.run(self.office.tick())
        self.run(self.office.database.write(lambda tx: audit.seal(tx, 1000)))
        self.ticked = True

    @rule()
    def restart(self):
        self.run(self.office.database.close())
        self.office = self._opened()

    @invariant()
    def holds(self):
        self.run(self.office.database.read(self._examine))

    def _examine(self, tx):
        rows = [ApprovalRequest.model_validate(row) for row in tx.execute(select(approval_requests))]
        ids = [row.id for row in rows]
        planned = {
            row.subject_id: row.due_at
            for row in tx.execute(select(due.due).where(due.due.c.kind == DueKind.ADVANCE_APPROVAL))
        }
        tiers, votes = tiers_of(tx, ids), votes_of(tx, ids)
        for row in rows:
            self._examine_one(tx, row, tiers[row.id], votes[row.id], planned)
        assert not audit.verify(tx, {})[1], "I19"

    def _examine_one(self, tx, row, tiers, votes, planned):
        end = (row.status, row.decided_at, row.decided_by, row.comment, row.version)
        history = audit.history(tx, "approval", row.id, limit=500)
        verbs = [each.verb for each in history]
        reminded = [tuple(sorted(each.detail.items())) for each in history if each.verb == "approval_reminded"]
        assert len(set(reminded)) == len(reminded), "I15"
        finals = sum(verb in FINAL for verb in verbs)
        if row.is_pending:
            assert row.id in planned, "a pending request without its timer"
            assert not self.ticked or row.due_at > self.clock.now() or planned[row.id] <= row.due_at, "I8"
        else:
            assert self.finals.setdefault(row.id, end) == end, "I1"
            assert row.id not in planned
        told = select(messages.c.template).where(messages.c.subject_kind == "approval", messages.c.subject_id == row.id)
        results = [name for (name,) in tx.execute(told) if name == "approvals/decided"]
        assert finals == len(results) == (0 if row.is_pending else 1), "I9, I10"
        asked = [(each.version, each.tier) for each in tiers]
        assert asked == sorted(set(asked)), "I11"
        entered = {tier for version, tier in asked if version == row.version}
        assert row.tier in entered, "I11"
        assert entered == set(range(min(entered), row.tier + 1)), "I11: no tier is skipped"
        assert min(entered) == 1 or row.version == 1, "a new version begins at the first tier"
        self._examine_windows(row, tiers, votes)
        self._examine_votes(row, votes)

    def _examine_windows(self, row, tiers, votes):
        """I12: the next tier came when the one before was over, or somebody passed it on."""
        for first, second in itertools.pairwise(tiers):
            if first.version == second.version and second.opened_at < first.due_at:
                handed = [each for each in votes if each.verdict is not Verdict.APPROVE]
                assert any(each.at == second.opened_at for each in handed), "I12"

    def _examine_votes(self, row, votes):
        for vote in votes:
            assert vote.voter not in row.own_people and vote.seat not in row.own_people, "I3"
            assert vote.version <= row.version, "I6"
            assert vote.verdict is not Verdict.REJECT or vote.comment, "I5"
        mine = [each for each in votes if each.version == row.version and each.verdict is Verdict.APPROVE]
        if row.status is ApprovalStatus.APPROVED:
            assert len({each.voter for each in mine}) >= row.policy.quorum, "I13"
            roles = [role for tier in row.policy.tiers[: row.tier] for role in tier.roles]
            entitled = {person for role in roles for person in MEMBERS.get(role, ())}
            assert all(each.seat in entitled for each in mine), "I4, I17"

    def teardown(self):
        self.run(self.office.database.close())
