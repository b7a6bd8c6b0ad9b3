"""The escalation area watches itself: alerts that begin and end, riskbot's own outages, the weekly review."""

from tests.scenarios.driver import Bot, Workspace
from tests.scenarios.test_escalations_api import TASK, ask, press

QUICK = {"indicators": {"interval": "1s", "approval_window": "2h"}}
PEOPLE = {"roles": {"tech_lead": ["@tech-leads"]}}
DAY = 24 * 3600.0


async def test_slow_approvals_are_an_alert_until_they_are_quick(start_bot, workspace: Workspace) -> None:
    async with start_bot(escalation=QUICK, people=PEOPLE, alerts={"group_wait": "1s"}) as bot:
        await ask(bot, TASK)
        await workspace.advance(31 * 60)
        card = await workspace.expect_card("slow_approvals")
        assert "median approval time 31" in card.words
        assert "/approvals pending" in card.words
        [alert] = (await bot.api.get("/v1/alerts", params={"area": "escalation"})).json()["alerts"]
        assert alert["alert"] == "slow_approvals"
        await workspace.advance(2 * 3600)
        await workspace.expect_card("Resolved", "slow_approvals")
        assert "riskbot_escalation_availability_ratio" in (await bot.api.get("/metrics")).text


async def test_riskbot_says_from_when_to_when_it_was_down(start_bot, workspace: Workspace) -> None:
    async with start_bot(escalation=QUICK, people=PEOPLE) as bot:
        await bot.settled()
    await workspace.advance(12 * 60)
    async with start_bot(escalation=QUICK, people=PEOPLE, alerts={"group_wait": "1s"}):
        await workspace.advance(30)
        card = await workspace.expect_card("escalation_system_was_down")
        assert "down for 12 min" in card.words
        assert "was down from" in card.words
        review = (await workspace.user("alice").command("review", command="/approvals")).private
        assert "1 outage, 12 min in all" in review
        await workspace.advance(3700)
        await workspace.expect_card("Resolved", "escalation_system_was_down")


async def test_the_week_is_reviewed(start_bot, workspace: Workspace) -> None:
    async with start_bot(people=PEOPLE) as bot:
        empty = (await workspace.user("alice").command("review", command="/approvals")).private
        assert "No task was put to a decision this week" in empty
        await decided(bot)
        now = (await workspace.user("alice").command("review", command="/approvals")).private
        assert "1 decision: 1 approved" in now
        assert "1 of 1 approved escalations have no verdict" in now
        await workspace.advance(7 * DAY)
        review = await workspace.expect_card("Escalations of the week", "1 approved", channel="escalations")
        assert "security critical" in review.words
        await bot.settled()


async def decided(bot: Bot) -> None:
    await press(bot, await ask(bot, TASK))
