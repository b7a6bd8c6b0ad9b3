"""A raise that people are asked for: approved it applies at once, and returns by itself; else nothing happens."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count

import pytest
from sqlalchemy import select

from bot.errors import ApprovalImpossible
from bot.services.approvals.terms import ApprovalTerms
from bot.services.budget_raises.ask import RaiseWish, ask
from bot.services.budget_raises.follow import follow
from bot.services.costs.raises import return_budgets
from bot.settings import PeopleSettings
from bot.settings_approvals import ApprovalSettings
from bot.store import budgets, due
from bot.store import raise_requests as store
from bot.store.due import DueKind
from bot.store.messages import messages
from bot.store.raise_requests import RAISE_REQUEST
from riskengine.areas.cost.budgets import Budget, Period
from tests.services.approvals.office import LEADS, Office

DAILY = Budget(name="daily", period=Period.DAY, usd=Decimal(50))
HOUR = 3600
_numbers = count(1)


class RaiseOffice(Office):
    """The verbs of one replica."""

    def __init__(self, database, *known: Budget) -> None:
        followers = {RAISE_REQUEST: partial(follow, budgets={each.name: each for each in known})}
        super().__init__(
            database, ApprovalTerms(ApprovalSettings(), PeopleSettings(), "#llm-alerts", followers=followers)
        )

    async def ask(self, usd="80", user="U0HANA", hours=24, delivery=""):
        wish = RaiseWish(
            user_id=user,
            budget="daily",
            usd=Decimal(usd),
            lasts=timedelta(hours=hours),
            reason="the migration week",
            delivery_id=delivery or f"r{next(_numbers)}",
        )
        return await self.database.write(lambda tx: ask(tx, wish, DAILY, self.terms))

    async def newest(self):
        number = select(store.raise_requests.c.id).order_by(store.raise_requests.c.id.desc()).limit(1)
        return await self.database.read(lambda tx: store.by_id(tx, tx.execute(number).scalar_one()))

    async def in_force(self):
        return await self.database.read(budgets.open_raises)

    async def told(self):
        mine = select(messages.c.payload).where(messages.c.template == "budget_raises/applied")
        return await self.database.read(lambda tx: list(tx.execute(mine).scalars()))

    async def tick(self) -> None:
        def work(tx):
            rows = [row for row in due.ripe(tx, 100) if row.kind is DueKind.RETURN_BUDGET and due.claim_one(tx, row)]
            return_budgets(tx, rows)

        await self.database.write(work)


@pytest.fixture
async def office(database):
    made = RaiseOffice(database, DAILY)
    await made.staff()
    return made


async def test_approved_applied_and_returned(office, clock):
    answer = await office.ask()
    assert answer.changed
    assert "daily budget $80, 1 d from the approval on" in answer.text
    assert await office.in_force() == []
    clock.advance(600)
    asked = await office.newest()
    await office.approve(asked.request_id, LEADS[0])
    [raised] = await office.in_force()
    assert (raised.budget, raised.usd, raised.by) == ("daily", Decimal(80), "slack:U0HANA")
    assert raised.ends_at - raised.starts_at == timedelta(hours=24)
    assert (await office.newest()).raise_id == raised.id
    [note] = await office.told()
    assert note["refused"] == ""
    clock.advance(24 * HOUR)
    await office.tick()
    assert await office.in_force() == []


async def test_rejected_changes_nothing(office):
    await office.ask()
    await office.reject((await office.newest()).request_id, LEADS[0])
    assert await office.in_force() == []
    assert await office.told() == []


async def test_nobody_decides_on_their_own(office):
    await office.ask(user=LEADS[0])
    own = await office.approve((await office.newest()).request_id, LEADS[0])
    assert not own.changed
    assert await office.in_force() == []


async def test_what_is_not_asked(office):
    assert "is $50 already" in (await office.ask("50")).text
    await office.ask("80", delivery="one")
    assert (await office.ask("80", delivery="one")).text == ""
    assert "<@U0HANA> has asked already for $80" in (await office.ask("90", user="U0IVAN")).text


async def test_nobody_could_approve(database):
    office = RaiseOffice(database, DAILY)
    with pytest.raises(ApprovalImpossible):
        await office.ask()
    assert await office.database.read(lambda tx: tx.execute(select(store.raise_requests)).all()) == []


async def test_a_budget_that_is_gone_by_then_is_told(database):
    office = RaiseOffice(database)
    await office.staff()
    await office.ask()
    await office.approve((await office.newest()).request_id, LEADS[0])
    assert await office.in_force() == []
    [note] = await office.told()
    assert note["refused"] == "There is no budget daily any more."
