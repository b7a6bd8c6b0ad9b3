"""Budgets over time, on both databases: read, told once, resolved, raised, returned, planned."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import select

from bot.services.alerts import respond
from bot.services.alerts.respond import Press
from bot.services.costs.budget_watch import BudgetWatch
from bot.services.costs.budgets import BudgetDesk
from bot.services.costs.desk import CostDesk
from bot.services.costs.raises import RaiseRefused, raise_budget, return_budget, return_budgets
from bot.services.inhibitions.review import review_inhibitions
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import AlertDelivery, Settings
from bot.store import due
from bot.store.alerts import alerts
from bot.store.audit import audit
from bot.store.budgets import budget_plans, budget_raises
from bot.store.due import DueKind
from bot.store.open import open_database
from riskengine.telemetry import TaskOutcome
from tests.services.costs.conftest import KEEPING
from tests.services.telemetry.conftest import make_call

BERLIN = ZoneInfo("Europe/Berlin")
#: A Monday in the middle of a month without a change of clocks.
MONDAY = datetime(2030, 7, 15, 12, tzinfo=BERLIN)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_numbers = count(1)


class House:
    """One replica with budgets; time is what the test says."""

    def __init__(self, database, clock, **budgets) -> None:
        self.database = database
        self.clock = clock
        self.settings = Settings(time_zone="Europe/Berlin", telemetry=KEEPING, budgets=budgets)
        self.registry = CollectorRegistry()
        self.telemetry = TelemetryDesk(database, KEEPING)
        costs = CostDesk(database, self.telemetry, self.settings)
        self.desk = BudgetDesk(database, costs, self.settings.budgets)
        self.heard = []
        self.watch = BudgetWatch(
            database,
            costs,
            self.desk,
            AlertDelivery(),
            self.registry,
            listeners=[lambda _tx, conditions: self.heard.append(conditions)],
        )

    def at(self, moment: datetime) -> None:
        self.clock.advance((moment - self.clock.now()).total_seconds())

    async def spend(self, usd: float | str, at: datetime | None = None, calls: int = 1, **labels) -> None:
        each = Decimal(str(usd)) / calls
        moment = at or self.clock.now()
        # Of a model that no table knows, so that the sender's figure counts.
        labels = {"model": "house-model", **labels}
        made = [make_call(f"b{next(_numbers)}", moment, cost_usd=each, **labels) for _ in range(calls)]
        await self.telemetry.receive(made)
        await Folder(self.database).fold_all()

    async def look(self) -> dict[str, str]:
        """Look, and give how the newest episode of each alert stands."""
        await self.watch.look()
        await self.do_due()
        rows = await self.database.read(lambda tx: tx.execute(select(alerts).order_by(alerts.c.id)).all())
        return {row.name: str(row.status) for row in rows}

    async def do_due(self) -> int:
        """What the due runner does with raises and with what mutes; gives how many raises were due."""

        def work(tx) -> list[DueKind]:
            found = due.claim(tx, 100)
            review_inhibitions(tx, [row for row in found if row.kind is DueKind.REVIEW_INHIBITION], AlertDelivery())
            return_budgets(tx, [row for row in found if row.kind is DueKind.RETURN_BUDGET])
            return [row.kind for row in found]

        done = []
        while kinds := await self.database.write(work):
            done += kinds
        return done.count(DueKind.RETURN_BUDGET)

    async def episodes(self, name: str) -> int:
        mine = select(alerts.c.id).where(alerts.c.name == name)
        return len(await self.database.read(lambda tx: tx.execute(mine).all()))

    async def rows(self, table):
        return await self.database.read(lambda tx: tx.execute(select(table)).all())


#: Only the day's budget, so that weeks and months stay out of the way.
DAILY = {"weekly_usd": 0, "monthly_usd": 0}


@pytest.fixture
def make_house(database, clock):
    return lambda **budgets: House(database, clock, **budgets)


@pytest.fixture
def house(make_house):
    made = make_house(**DAILY)
    made.at(MONDAY)
    return made


async def test_each_level_is_told_once_and_all_end_at_midnight(house):
    assert await house.look() == {}
    await house.spend(26)
    assert await house.look() == {"daily_budget_50_percent": "firing"}
    await house.spend(15)
    told = await house.look()
    assert told == {"daily_budget_50_percent": "firing", "daily_budget_80_percent": "firing"}
    await house.spend(10)
    told = await house.look()
    assert told["daily_budget_exceeded"] == "firing"
    assert told["daily_budget_80_percent"] == "suppressed", "nobody has to hear of it again"
    assert "daily_budget_100_percent" not in told
    await house.spend(100)
    assert await house.look() == told
    house.at(datetime(2030, 7, 16, 0, 0, 30, tzinfo=BERLIN))
    assert set((await house.look()).values()) == {"resolved"}
    assert await house.episodes("daily_budget_exceeded") == 1
    await house.spend(60)
    assert (await house.look())["daily_budget_exceeded"] == "firing"
    assert await house.episodes("daily_budget_exceeded") == 2
    assert await house.episodes("daily_budget_80_percent") == 1


async def test_a_person_s_word_holds_for_the_period(house):
    await house.spend(60)
    await house.look()
    press = Press(user_id="U0ANN", group_id=1, delivery_id="d1")
    await house.database.write(lambda tx: respond.resolve(tx, press, AlertDelivery()))
    assert await house.look() == {"daily_budget_exceeded": "resolved"}
    house.at(MONDAY + DAY)
    await house.spend(60)
    assert (await house.look())["daily_budget_exceeded"] == "firing"


async def test_neither_a_restart_nor_another_replica_tells_again(house, make_house, database_url, clock):
    await house.spend(60)
    await house.look()
    rival = open_database(database_url, clock)
    for other in (make_house(**DAILY), House(rival, clock, **DAILY)):
        await other.look()
    await rival.close()
    assert await house.episodes("daily_budget_exceeded") == 1


async def test_replicas_that_look_at_once_tell_once(house, database_url, clock):
    await house.spend(60)
    rival = open_database(database_url, clock)
    other = House(rival, clock, **DAILY)
    await asyncio.gather(*(each.watch.look() for each in (house, other, house, other)))
    await rival.close()
    assert await house.episodes("daily_budget_exceeded") == 1


async def test_another_scope_under_the_same_name(make_house):
    def payments(team: str) -> dict:
        return {**DAILY, "daily_usd": 0, "more": [{"name": "a", "period": "day", "usd": 5, "scope": {"team": team}}]}

    house = make_house(**payments("payments"))
    house.at(MONDAY)
    await house.spend(6, team="payments")
    await house.spend(6, team="search")
    await house.look()
    await make_house(**payments("search")).look()
    rows = await house.rows(alerts)
    assert [(row.labels["team"], str(row.status)) for row in rows] == [("payments", "resolved"), ("search", "firing")]


async def test_replicas_take_turns(house):
    house.watch._pause = HOUR
    await house.look()
    await house.spend(60)
    assert await house.look() == {}


@pytest.mark.parametrize(
    ("sunday", "hours"), [(datetime(2030, 3, 31, tzinfo=BERLIN), 23), (datetime(2030, 10, 27, tzinfo=BERLIN), 25)]
)
async def test_days_of_23_and_25_hours(house, sunday, hours):
    begins_at = sunday.astimezone(UTC)
    house.at(begins_at + hours * HOUR - timedelta(minutes=2))
    await house.spend(30, begins_at - timedelta(minutes=1))
    await house.spend(20, begins_at)
    await house.spend(21, begins_at + hours * HOUR - timedelta(minutes=3))
    [state] = await house.desk.states()
    assert state.spent.usd == 41
    assert await house.look() == {"daily_budget_80_percent": "firing"}
    house.at(begins_at + hours * HOUR)
    assert await house.look() == {"daily_budget_80_percent": "resolved"}
    [state] = await house.desk.states()
    assert state.spent.usd == 0


async def test_a_week_goes_on_over_the_month_s_end(make_house):
    house = make_house(daily_usd=0)
    house.at(datetime(2030, 8, 1, 12, tzinfo=BERLIN))  # A Thursday.
    await house.spend(300, datetime(2030, 7, 29, 1, tzinfo=BERLIN))
    await house.spend(1_000, datetime(2030, 7, 28, 23, tzinfo=BERLIN))
    await house.spend(60)
    by_name = {state.budget.name: state for state in await house.desk.states()}
    assert by_name["weekly"].spent.usd == 360
    assert by_name["weekly"].level == "exceeded"
    assert by_name["monthly"].spent.usd == 60
    assert (await house.look())["weekly_budget_exceeded"] == "firing"
    house.at(datetime(2030, 8, 5, 0, 1, tzinfo=BERLIN))
    assert (await house.look())["weekly_budget_exceeded"] == "resolved"


async def test_a_budget_changed_in_mid_period(house, make_house):
    await house.spend(45)
    assert await house.look() == {"daily_budget_80_percent": "firing"}
    wider = make_house(**DAILY, daily_usd=80)
    assert await wider.look() == {"daily_budget_80_percent": "resolved"}
    narrow = make_house(**DAILY, daily_usd=40)
    told = await narrow.look()
    assert told["daily_budget_exceeded"] == "firing"
    gone = make_house(**DAILY, daily_usd=0)
    assert set((await gone.look()).values()) == {"resolved"}


async def test_budgets_of_a_team(make_house):
    house = make_house(**DAILY, more=[{"name": "payments", "period": "day", "usd": 10, "scope": {"team": "payments"}}])
    house.at(MONDAY)
    await house.spend(9, team="payments")
    await house.spend(10, team="search")
    await house.look()
    [alert] = await house.rows(alerts)
    assert alert.name == "daily_budget_80_percent"
    assert alert.labels == {"area": "cost", "budget": "payments", "team": "payments"}
    states = {state.budget.name: state.spent.usd for state in await house.desk.states()}
    assert states == {"daily": 19, "payments": 9}


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


async def months_of_spending(house, usd: float, days: int) -> None:
    for ago in range(days, 0, -1):
        await house.spend(usd, house.clock.now() - ago * DAY, calls=4)


async def test_the_month_is_projected_and_told_until_it_fits_again(make_house):
    house = make_house(daily_usd=0, weekly_usd=0)
    house.at(datetime(2030, 7, 1, 0, 30, tzinfo=BERLIN))
    await months_of_spending(house, 60, 30)
    told = await house.look()
    assert told == {"projected_overrun": "firing"}
    [alert] = [each for each in await house.rows(alerts) if each.name == "projected_overrun"]
    assert "weekday profile of 29 days" in alert.annotations["basis"]
    assert "$1,8" in alert.annotations["value"]
    house.at(datetime(2030, 7, 29, 12, tzinfo=BERLIN))
    house.desk._history._kept.clear()
    assert (await house.look())["projected_overrun"] == "resolved"
    words = generate_latest(house.registry).decode()
    assert 'riskbot_budget_usd{budget="monthly"} 1500.0' in words
    assert "riskbot_budget_projected_usd" in words


async def test_the_plan_is_frozen_once_as_of_the_first_day(make_house):
    house = make_house(daily_usd=0, weekly_usd=0, monthly_usd=100_000)
    house.at(datetime(2030, 7, 10, 12, tzinfo=BERLIN))
    first = datetime(2030, 7, 1, 12, tzinfo=BERLIN)
    for ago in range(1, 31):
        await house.spend(50, first - ago * DAY)
    for number in range(9):
        await house.spend(55, first + number * DAY)
    assert await house.look() == {}
    [plan] = await house.rows(budget_plans)
    assert (plan.budget, plan.month) == ("monthly", "2030-07-01")
    assert Decimal(plan.usd) == 31 * 50, "what July did so far is no part of it, however late it is made"
    for number in range(9):
        await house.spend(60, first + number * DAY)
    later = make_house(daily_usd=0, weekly_usd=0, monthly_usd=100_000)
    assert await later.look() == {"projection_above_plan": "firing"}
    assert len(await house.rows(budget_plans)) == 1


async def test_without_history_there_is_no_plan_and_no_projection(make_house):
    house = make_house(daily_usd=0, weekly_usd=0)
    house.at(MONDAY)
    assert await house.look() == {}
    [state] = await house.desk.states()
    assert state.projected is None
    assert await house.rows(budget_plans) == []


async def test_a_month_that_burns_in_an_hour(make_house):
    house = make_house(daily_usd=0, weekly_usd=0)
    house.at(MONDAY)
    for minutes in range(1, 60, 2):
        await house.spend("1.2", MONDAY - timedelta(minutes=minutes))
    assert (await house.look())["budget_burning"] == "firing"
    house.at(MONDAY + 7 * HOUR)
    assert (await house.look())["budget_burning"] == "resolved"


async def test_too_many_escalated_calls(house):
    await house.spend("0.5", calls=60)
    await house.spend("0.5", calls=40, escalated=True)
    house.at(MONDAY + timedelta(minutes=1))
    assert await house.look() == {"escalation_rate_high": "firing"}
    assert b"riskbot_escalated_calls_ratio 0.4" in generate_latest(house.registry)
    house.at(MONDAY + 25 * HOUR)
    assert await house.look() == {"escalation_rate_high": "resolved"}


async def test_too_many_escalated_tasks_each_counted_once(house):
    await house.telemetry.receive_outcomes(
        [
            TaskOutcome(
                id=f"o{number}",
                at=MONDAY - HOUR,
                task_id=f"t{number // 2}",
                role="architect",
                model="glm-4.5",
                completed=True,
                escalated=number % 8 == 0 if number % 3 else None,
            )
            for number in range(240)
        ]
    )
    assert await house.look() == {"escalation_rate_high": "firing"}
    [alert] = await house.rows(alerts)
    assert "of the tasks escalated, 20 of 120" in alert.annotations["value"]


async def test_more_calls_than_a_month_ago(house):
    for ago in range(1, 60):
        await house.spend("0.01", MONDAY - ago * DAY, calls=60 if ago <= 28 else 40)
    assert await house.look() == {"volume_growth": "firing"}
    [alert] = await house.rows(alerts)
    assert alert.annotations["value"] == "50% more calls"


async def test_whoever_listens_hears_how_everything_stands(house):
    await house.spend(60)
    await house.look()
    await house.look()
    assert len(house.heard) == 2
    holds = {condition.name: condition.holds for condition in house.heard[1]}
    assert holds["daily_budget_exceeded"]
    assert not holds["escalation_rate_high"]
