"""SIGKILL at every step of create, remind, advance, vote, expire and notify: nothing lost, decided or told twice."""

from pathlib import Path

import pytest

from bot.failpoints import FailPoint
from tests.faults.escalating import FIRST_SECONDS, REMINDER_SECONDS, SECOND_SECONDS, Place, place
from tests.faults.escalations_checker import examine

INSIDE = (FailPoint.APPROVAL_STORED, FailPoint.APPROVAL_TOLD, FailPoint.APPROVAL_TIMED)
NOTIFY = (FailPoint.DELIVERY_CLAIMED, FailPoint.DELIVERY_POSTED, FailPoint.DELIVERY_FINISHED)
CREATE = (*INSIDE, FailPoint.PRESS_COMMITTED, *NOTIFY)
VOTE = (*INSIDE, FailPoint.PRESS_BEFORE_COMMIT, FailPoint.PRESS_COMMITTED, *NOTIFY)
TIME = (*INSIDE, FailPoint.DUE_BEFORE_COMMIT, FailPoint.DUE_COMMITTED, *NOTIFY)
#: Times that each step is killed at each of its points.
ROUNDS = 3
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
