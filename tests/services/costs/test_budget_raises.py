"""Budgets that are higher for a while: raised, returned by a timer or a person, and refused where that is no raise."""

from decimal import Decimal

import pytest

from bot.services.costs.raises import RaiseRefused, raise_budget, return_budget
from bot.store.audit import audit
from bot.store.budgets import budget_raises
from tests.services.costs.house import HOUR


async def test_raised_and_returned_by_its_timer(house):
    [budget] = house.settings.budgets.all
    await house.spend(60)
    assert await house.look() == {"daily_budget_exceeded": "firing"}
    ends_at = house.clock.now() + 2 * HOUR
    await house.database.write(lambda tx: raise_budget(tx, budget, Decimal(100), ends_at, "slack:U0ANN", "a launch"))
    [state] = await house.desk.states()
    assert state.limit == (100, ends_at)
    assert state.level == "50"
    assert await house.look() == {"daily_budget_exceeded": "resolved"}
    house.at(ends_at)
    assert await house.do_due() == 1
    assert await house.look() == {"daily_budget_exceeded": "firing"}
    [row] = await house.rows(budget_raises)
    assert row.ended_by == "system"
    verbs = [(entry.verb, entry.actor) for entry in await house.rows(audit) if entry.object_kind == "budget_raise"]
    assert verbs == [("budget_raised", "slack:U0ANN"), ("budget_returned", "system")]


async def test_a_late_timer_raises_nothing_any_longer(house):
    [budget] = house.settings.budgets.all
    ends_at = house.clock.now() + HOUR
    await house.database.write(lambda tx: raise_budget(tx, budget, Decimal(100), ends_at, "slack:U0ANN", "a launch"))
    house.at(ends_at)
    [state] = await house.desk.states()
    assert state.limit.usd == 50


async def test_returned_by_a_person_before_its_time(house):
    [budget] = house.settings.budgets.all
    ends_at = house.clock.now() + HOUR
    raised = await house.database.write(
        lambda tx: raise_budget(tx, budget, Decimal(100), ends_at, "slack:U0ANN", "a launch")
    )
    assert await house.database.write(lambda tx: return_budget(tx, raised, "slack:U0BEN"))
    assert not await house.database.write(lambda tx: return_budget(tx, raised, "slack:U0BEN"))
    [state] = await house.desk.states()
    assert state.limit.usd == 50
    house.at(ends_at)
    assert await house.do_due() == 0


@pytest.mark.parametrize(
    ("usd", "hours", "said"), [(50, 1, "raises nothing"), (49, 1, "raises nothing"), (80, 0, "over already")]
)
async def test_what_is_no_raise_is_refused(house, usd, hours, said):
    [budget] = house.settings.budgets.all
    ends_at = house.clock.now() + hours * HOUR

    def work(tx):
        return raise_budget(tx, budget, Decimal(usd), ends_at, "slack:U0ANN", "why")

    with pytest.raises(RaiseRefused, match=said) as refused:
        await house.database.write(work)
    assert refused.value.hint
    assert await house.rows(budget_raises) == []
