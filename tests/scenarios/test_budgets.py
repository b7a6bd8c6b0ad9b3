"""A day's budget in the workspace: warned once, exceeded once, over at midnight."""

from datetime import timedelta
from itertools import count

from bot.clock import Clock
from tests.scenarios.driver import Bot, Workspace

QUICK = {"limits": {"interval": "1s"}, "weekly_usd": 0, "monthly_usd": 0}
HOUR = 3600.0
_numbers = count(1)


async def until_noon(workspace: Workspace) -> None:
    """Move the clock to the next noon, so that no midnight comes between."""
    now = Clock().now()
    noon = now.replace(hour=12, minute=0, second=0) + timedelta(days=1)
    await workspace.advance((noon - now).total_seconds())


async def spend(bot: Bot, usd: str, **labels: str) -> None:
    """One call, of a model whose price only its sender knows."""
    call = {
        "id": f"budget-{next(_numbers)}",
        "at": bot.running.database.clock.now().isoformat(),
        "model": "house-model",
        "provider": "house",
        "duration_seconds": 1.0,
        "input_tokens": 10,
        "output_tokens": 1,
        "cost_usd": usd,
        **labels,
    }
    answer = await bot.api.post("/v1/telemetry/calls", json=[call])
    assert answer.json()["accepted"] == 1, answer.text


async def test_a_day_is_warned_exceeded_and_over(start_bot, workspace: Workspace) -> None:
    await until_noon(workspace)
    async with start_bot(budgets=QUICK) as bot:
        await spend(bot, "41.25")
        card = await workspace.expect_card("daily_budget_80_percent")
        assert "$41.25 spent, 82 %" in card.words
        assert "$50 a day" in card.words
        assert "Review usage patterns" in card.words
        await spend(bot, "10")
        await workspace.expect_card("daily_budget_exceeded", "$51.25 spent, 102 %")
        await workspace.expect_card("daily_budget_80_percent", "Muted while this holds", "daily_budget_exceeded")
        alerts = (await bot.api.get("/v1/alerts", params={"area": "cost"})).json()["alerts"]
        assert {each["alert"]: each["labels"] for each in alerts} == {
            name: {"area": "cost", "budget": "daily"} for name in ("daily_budget_80_percent", "daily_budget_exceeded")
        }
        metrics = (await bot.api.get("/metrics")).text
        assert 'riskbot_budget_spent_usd{budget="daily"} 51.25' in metrics
        await workspace.advance(13 * HOUR)
        await workspace.expect_card("Resolved", "daily_budget_exceeded")
        await workspace.expect_card("Resolved", "daily_budget_80_percent")
        await bot.settled()


async def test_a_restart_tells_of_nothing_again(start_bot, workspace: Workspace) -> None:
    await until_noon(workspace)
    team = {"name": "payments", "period": "day", "usd": 5, "scope": {"team": "payments"}}
    async with start_bot(budgets={**QUICK, "more": [team]}) as bot:
        await spend(bot, "6", team="payments")
        card = await workspace.expect_card("daily_budget_exceeded")
        assert "The budget payments (team payments) is exceeded" in card.words
        await bot.settled()
    async with start_bot(budgets={**QUICK, "more": [team]}) as bot:
        await spend(bot, "30")
        await workspace.expect_card("daily_budget_50_percent", "The budget daily")
        assert len(await workspace.find("daily_budget_exceeded", where=lambda each: each.thread_ts is None)) == 1
        await bot.settled()
