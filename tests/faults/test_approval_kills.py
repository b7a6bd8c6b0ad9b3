"""SIGKILL at every step of create, remind, advance, vote, expire and notify: nothing lost, decided or told twice."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.failpoints import FailPoint
from bot.store.approval_votes import approval_tiers
from bot.store.database import Transaction
from bot.store.messages import messages
from tests.faults.escalating import FIRST_SECONDS, REMINDER_SECONDS, SECOND_SECONDS, Place, place
from tests.faults.escalations_checker import examine
from tests.scenarios.driver import until
from tests.stress import requests

INSIDE = (FailPoint.APPROVAL_STORED, FailPoint.APPROVAL_TOLD, FailPoint.APPROVAL_TIMED)
NOTIFY = (FailPoint.DELIVERY_CLAIMED, FailPoint.DELIVERY_POSTED, FailPoint.DELIVERY_FINISHED)
CREATE = (*INSIDE, FailPoint.PRESS_COMMITTED, *NOTIFY)
VOTE = (*INSIDE, FailPoint.PRESS_BEFORE_COMMIT, FailPoint.PRESS_COMMITTED, *NOTIFY)
TIME = (*INSIDE, FailPoint.DUE_BEFORE_COMMIT, FailPoint.DUE_COMMITTED, *NOTIFY)
#: Times that each step is killed at each of its points.
ROUNDS = 3
#: More than the due runner takes at once.
MANY = 500
#: For each step of the two stories, the point of the short form.
FEW = (
    (FailPoint.APPROVAL_STORED, FailPoint.APPROVAL_TIMED, FailPoint.PRESS_COMMITTED),
    (
        FailPoint.DELIVERY_POSTED,
        FailPoint.DUE_BEFORE_COMMIT,
        FailPoint.APPROVAL_TOLD,
        FailPoint.DUE_COMMITTED,
    ),
)


async def _approved(here: Place, title: str, create: FailPoint | None, advance: FailPoint | None, vote: FailPoint):
    """The first tier lets its time pass, and one of its people decides in the second's."""
    one = await here.create(title, create)
    await here.time_out(one, FIRST_SECONDS, advance, "tier_asked")
    await here.approve(one, vote)


async def _expired(here: Place, title: str, *points: FailPoint | None) -> None:
    create, remind, advance, expire = points
    one = await here.create(title, create)
    await here.time_out(one, REMINDER_SECONDS, remind, "reminded")
    await here.time_out(one, FIRST_SECONDS - REMINDER_SECONDS, advance, "tier_asked")
    one.status = "expired"
    await here.time_out(one, SECOND_SECONDS, expire, "expired")


@pytest.mark.timeout(240)
async def test_killed_at_a_point_of_each_step(sqlite_url: str, tmp_path: Path) -> None:
    async with place(sqlite_url, tmp_path) as here:
        await _approved(here, "Rewrite the login flow", *FEW[0])
        await _expired(here, "Rename the tables", *FEW[1])
        assert await examine(here) == []
        assert here.kills == 7


@pytest.mark.faults
@pytest.mark.timeout(3600)
async def test_killed_at_every_point_of_every_step(database_url: str, tmp_path: Path) -> None:
    async with place(database_url, tmp_path) as here:
        for number in range(ROUNDS * len(TIME)):
            vote, time = VOTE[number % len(VOTE)], TIME[number % len(TIME)]
            create = CREATE[number % len(CREATE)]
            await _approved(here, f"Approved {number}.", create, None, vote)
            await _expired(here, f"Expired {number}.", None, time, time, time)
        wrong = await examine(here)
        print(f"{here.kills} kills, {len(here.told)} escalations, {len(wrong)} complaints")
        assert wrong == []


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", [*INSIDE, FailPoint.DUE_BEFORE_COMMIT, FailPoint.DUE_COMMITTED])
async def test_killed_while_hundreds_advance(database_url: str, tmp_path: Path, point: FailPoint) -> None:
    """In the midst of them: each is asked on once, nobody is skipped."""
    async with place(database_url, tmp_path) as here:
        await requests.know_people(here.database)
        overdue = requests.evenly(here.database.clock.now() - timedelta(hours=3), timedelta(minutes=30), MANY)

        async def seed() -> None:
            await requests.pending(here.database, overdue)

        await here.killed(point, seed, passage=2)
        await until(lambda: here.database.read(_all_asked_on), 60.0, "everybody of the next tier asked")
        assert await here.database.read(_told) == {"approvals/asked": MANY, "approvals/card": MANY}


def _all_asked_on(tx: Transaction) -> bool:
    second = sa.select(sa.func.count()).where(approval_tiers.c.tier == 2)
    return bool(tx.execute(second).scalar_one() == MANY)


def _told(tx: Transaction) -> dict[str, int]:
    """Notes that the next tier is asked, and the cards of its people, by template."""
    mine = sa.or_(messages.c.template == "approvals/asked", messages.c.channel.in_(requests.MANAGERS))
    rows = sa.select(messages.c.template, sa.func.count()).where(mine).group_by(messages.c.template)
    return {row[0]: int(row[1]) for row in tx.execute(rows)}
