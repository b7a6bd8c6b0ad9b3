"""Requests that are over for long enough go, whole and in portions; the audit and what is still of use stay."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.services.approvals import prune, words
from bot.services.approvals.prune import ApprovalPruner
from bot.services.escalations.need import CARD, QUESTION, plan
from bot.services.escalations.prune import EscalationPruner, forget_of
from bot.store import approval_people, cards, escalations
from bot.store.approval_votes import approval_tiers, approval_votes
from bot.store.approvals import approval_requests
from bot.store.audit import audit
from bot.store.due import DueKind, due
from bot.store.escalations import ESCALATION
from bot.store.executions import executions
from bot.store.messages import MessageState, Priority, messages
from tests.services.approvals.office import MINUTE

DAYS = 24 * 60
TABLES = (approval_requests, approval_tiers, approval_votes, executions, escalations.escalations)


@pytest.fixture
def pruner(office):
    return ApprovalPruner(office.database, office.terms.settings, {ESCALATION: forget_of})


async def rows(office, table, *where):
    return await office.database.read(lambda tx: tx.execute(sa.select(table).where(*where)).all())


async def execute(office, statement):
    await office.database.write(lambda tx: tx.execute(statement))


async def shown(office, state=MessageState.SHOWN):
    """As if Slack showed all that was wished for."""
    done = {"state": state, "shown_revision": messages.c.wanted_revision, "ts": "1.1", "posted_channel": "C1"}
    await execute(office, sa.update(messages).values(**done))


async def asked(office, **more):
    """A request with the escalation that it is about."""
    request = (await office.open(**more)).request
    await escalation(office, request_id=request.id)
    return request


async def escalation(office, **values):
    row = {"task": {}, "payload_hash": "a" * 64, "decision": {}, "created_by": "token:ci", **values}
    return await office.database.write(lambda tx: escalations.add(tx, **row))


async def questioned(office, escalation_id):
    """Its approvers were asked whether it was needed, and will be once more."""
    wish = cards.CardWish(CARD, QUESTION, escalation_id, "U0LEA", 1, Priority.NOTE, office.database.clock.now())

    def work(tx):
        cards.want(tx, [wish])
        plan(tx, [escalation_id], MINUTE)

    await office.database.write(work)


async def executed(office):
    request = await asked(office)
    await office.approve(request, "U0LEA")
    await office.finish((await office.execute(request)).execution)
    return request


async def counts(office):
    return [len(await rows(office, table)) for table in TABLES]


async def test_what_is_over_for_long_enough_goes_whole(office, pruner):
    old = await executed(office)
    [about] = await rows(office, escalations.escalations)
    await questioned(office, about.id)
    await office.away("U0LIV")
    await shown(office)
    office.step(200 * DAYS)
    await office.staff()
    young = await executed(office)
    pending = await asked(office)
    await shown(office)
    office.step(166 * DAYS)
    known = len(await rows(office, audit))
    assert await pruner.prune() == 2
    assert {row.id for row in await rows(office, approval_requests)} == {young.id, pending.id}
    assert await counts(office) == [2, 2, 1, 1, 2]
    assert {(row.subject_kind, row.subject_id) for row in await rows(office, messages)} == {
        ("approval", young.id),
        ("approval", pending.id),
    }
    assert await rows(office, due, due.c.kind == DueKind.ASK_NEED) == []
    assert await office.database.read(approval_people.absences) == {}
    # The audit keeps all of it, and tells of the pruning.
    [*_, last] = await rows(office, audit)
    assert (len(await rows(office, audit)), last.verb, last.detail["requests"]) == (known + 1, "pruned", 1)
    assert (await office.approve(old, "U0LEA")).text == words.GONE
    assert await pruner.prune() == 0


async def test_the_newest_stays_so_that_its_id_never_means_another(office, pruner):
    first, last = await executed(office), await executed(office)
    await shown(office)
    office.step(400 * DAYS)
    await pruner.prune()
    assert [row.id for row in await rows(office, approval_requests)] == [last.id]
    assert (await office.open()).request.id > last.id > first.id


@pytest.mark.parametrize("state", [MessageState.WAITING, MessageState.AMBIGUOUS])
async def test_what_is_still_to_be_told_stays(office, pruner, state):
    for _ in range(2):
        await executed(office)
    await shown(office, state)
    office.step(400 * DAYS)
    assert await pruner.prune() == 0
    await shown(office, MessageState.DEAD)
    assert await pruner.prune() == 1


async def test_what_runs_or_may_still_be_used_stays(office, pruner):
    running, unused = await asked(office), await asked(office)
    for request in (running, unused):
        await office.approve(request, "U0LEA")
    begun = (await office.execute(running)).execution
    await asked(office)
    await shown(office)
    later = office.database.clock.now() + timedelta(days=500)
    await execute(
        office, sa.update(approval_requests).where(approval_requests.c.id == unused.id).values(valid_until=later)
    )
    office.step(400 * DAYS)
    assert await pruner.prune() == 0
    await office.finish(begun)
    await shown(office)
    assert await pruner.prune() == 1
    assert running.id not in {row.id for row in await rows(office, approval_requests)}


async def test_requests_about_what_nobody_deletes_stay(office):
    for _ in range(2):
        await office.withdraw((await office.open()).request, "token:ci")
    await shown(office)
    office.step(400 * DAYS)
    assert await ApprovalPruner(office.database, office.terms.settings, {}).prune() == 0


async def test_many_go_in_portions_and_work_goes_on(office, pruner, monkeypatch):
    monkeypatch.setattr(prune, "REQUESTS", 3)
    for _ in range(8):
        await office.withdraw(await asked(office), "token:ci")
    await shown(office)
    office.step(400 * DAYS)
    await office.staff()
    pending = await asked(office)
    assert await pruner.prune() == 8
    assert [row.detail["requests"] for row in await rows(office, audit, audit.c.verb == "pruned")] == [3, 3, 2]
    assert (await office.approve(pending, "U0LEA")).changed
    assert {row.subject_id for row in await rows(office, due)} == set()


async def test_escalations_that_nobody_was_asked_about_go_by_their_age(office):
    old = [await escalation(office, outcome="not_needed") for _ in range(3)]
    request = await asked(office)
    office.step(400 * DAYS)
    young = await escalation(office, outcome="not_needed")
    pruner = EscalationPruner(office.database, office.terms.settings)
    assert await pruner.prune() == len(old)
    left = await rows(office, escalations.escalations)
    assert [row.request_id for row in left] == [request.id, None]
    assert left[-1].id == young
    assert await office.due_at(request) is not None
    assert request.due_at > request.created_at + 29 * MINUTE
