"""A budget is raised for a day: asked for, approved in Slack, in force at once, and back by itself."""

from datetime import timedelta
from decimal import Decimal

from bot.services.budget_raises.ask import RaiseWish
from bot.services.budget_raises.desk import RaiseDesk
from bot.store import budgets
from tests.scenarios.driver import Bot, Workspace, until
from tests.scenarios.test_budgets import QUICK, spend, until_noon

ROOM = "escalations"
HOUR = 3600.0
ROLES = {"tech_lead": ["@oncall"]}


async def ask(bot: Bot, user: str = "U0ERIN", **more):
    """As the command does."""
    desk = RaiseDesk(bot.database, bot.running.approvals, bot.settings.budgets.all, bot.settings.budgets.longest_raise)
    wish = {"user_id": user, "budget": "daily", "usd": Decimal(80), "lasts": timedelta(hours=24)}
    return await desk.ask_raise(RaiseWish(**{**wish, "reason": "the migration week", "delivery_id": "one", **more}))


async def raised(bot: Bot) -> list[Decimal]:
    return [each.usd for each in await bot.database.read(budgets.open_raises)]


async def test_asked_approved_in_force_and_back(start_bot, workspace: Workspace) -> None:
    await until_noon(workspace)
    async with start_bot(budgets=QUICK, people={"roles": ROLES}) as bot:
        await spend(bot, "51.25")
        await workspace.expect_card("Cost control proposed: Cost-saving mode")
        answer = await ask(bot)
        assert answer.changed, answer.text
        card = await workspace.expect_card("Raise the daily budget to $80 for 1 d", "the migration week", channel=ROOM)
        assert "$50" in card.words
        assert "then back by itself" in card.words
        assert await raised(bot) == []
        await workspace.user("hana").press(card, "approvals.approve")
        await workspace.expect("The daily budget is $80 now", channel=ROOM, reply=True)
        assert await raised(bot) == [Decimal(80)]
        await workspace.expect_card("Cost control over: Cost-saving mode", "what it was for holds no more")
        await workspace.expect_card("Resolved", "daily_budget_exceeded")
        await workspace.advance(24 * HOUR)

        async def is_back() -> bool:
            return await raised(bot) == []

        await until(is_back, what="the end of the raise")
        await bot.settled()


async def test_what_is_wrong_is_said_before_anybody_is_asked(start_bot, workspace: Workspace) -> None:
    async with start_bot(people={"roles": ROLES, "cost_deciders": ["on_call"], "admins": ["U0IVAN"]}) as bot:
        assert "You may not ask for a raise of a budget" in (await ask(bot)).text
        for wrong, words in (
            ({"budget": "dayly"}, "did you mean daily?"),
            ({"lasts": timedelta(days=32)}, "31 d at most"),
            ({"reason": " "}, "Say why"),
            ({"usd": Decimal(50)}, "is $50 already"),
        ):
            refused = await ask(bot, user="U0HANA", **wrong)
            assert not refused.changed
            assert words in refused.text, refused.text
        assert await bot.running.approvals.pending() == ([], 0)


async def test_nobody_could_approve(bot: Bot) -> None:
    refused = await ask(bot)
    assert "Nothing was changed." in refused.text
    assert await bot.running.approvals.pending() == ([], 0)
