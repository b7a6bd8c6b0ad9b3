"""Two processes on one database approve and reject at once: one decision each, and the loser is told who was first."""

from collections import Counter

import pytest
from sqlalchemy import select

from bot.store.approvals import approval_requests
from bot.store.audit import audit
from bot.store.messages import messages
from riskengine.response.approvals.requests import FINAL_EVENTS, Verdict
from tests.services.approvals.races import race

#: Races of one pair of processes.
BATCH = 50
DONE = {"U0LEA": ("approved", Verdict.APPROVE), "U0LEO": ("rejected", Verdict.REJECT)}


async def open_many(office, count: int) -> None:
    for number in range(count):
        await office.open(subject_id=number)


def all_of(tx, table, *columns):
    return tx.execute(select(*(table.c[name] for name in columns))).all()


async def decided_once(office, outcomes) -> Counter[str]:
    """Each request as its winner was told, with one final row, one vote, one result; who won how often."""
    read = office.database.read
    rows = {row.id: row for row in await read(lambda tx: tx.execute(select(approval_requests)).all())}
    history = await read(lambda tx: all_of(tx, audit, "object_id", "object_kind", "verb"))
    finals = Counter(
        row.object_id for row in history if row.object_kind == "approval" and row.verb in set(FINAL_EVENTS)
    )
    told = await read(lambda tx: all_of(tx, messages, "subject_id", "template"))
    results = Counter(row.subject_id for row in told if row.template == "approvals/decided")
    for number, raced in outcomes.items():
        status, verdict = DONE[raced.winner["user"]]
        assert (rows[number].status, rows[number].decided_by) == (status, raced.winner["user"])
        assert f"was {status} by <@{raced.winner['user']}>" in raced.loser["text"], raced.loser
        votes = (await office.detail(number)).votes
        assert [(vote.voter, vote.verdict) for vote in votes] == [(raced.winner["user"], verdict)]
        assert (finals[number], results[number]) == (1, 1)
    return Counter(rows[number].status for number in outcomes)


async def raced(office, url: str, count: int) -> Counter[str]:
    await open_many(office, count)
    outcomes = {}
    for first in range(1, count + 1, BATCH):
        # Roles are believed for minutes, which a thousand races may pass.
        await office.staff()
        outcomes |= race(url, first, min(first + BATCH - 1, count))
    assert len(outcomes) == count
    return await decided_once(office, outcomes)


async def test_approve_and_reject_from_two_processes(office, database_url):
    await raced(office, database_url, 30)


@pytest.mark.faults
@pytest.mark.timeout(1800)
async def test_a_thousand_races(office, database_url):
    won = await raced(office, database_url, 1_000)
    print(f"1,000 races: {dict(won)}")
