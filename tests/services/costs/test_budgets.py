"""Budgets over time, on both databases: read, told once, resolved, planned."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from prometheus_client import generate_latest

from bot.services.alerts import respond
from bot.services.alerts.respond import Press
from bot.settings import AlertDelivery
from bot.store.alerts import alerts
from bot.store.budgets import budget_plans
from bot.store.open import open_database
from riskengine.telemetry import TaskOutcome
from tests.services.costs.house import BERLIN, DAILY, DAY, HOUR, MONDAY, House


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
