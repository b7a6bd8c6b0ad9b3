"""Cost controls as people and programs meet them: a card, presses, decisions that follow, an API that says so."""

import pytest
from sqlalchemy import select

from bot.client import RiskbotClient
from bot.services.controls.life import consider
from bot.services.controls.terms import controls_in_force
from bot.store.audit import audit
from riskengine.response.controls import Condition, Sighting
from tests.scenarios.driver import Bot, Workspace, until
from tests.scenarios.test_budgets import QUICK, spend, until_noon
from tests.scenarios.wire import Wire

#: Its score is exactly 0.5.
TASK = {
    "task_id": "t1",
    "title": "Rewrite the login flow",
    "services": ["auth", "web", "billing"],
    "required_performance_ratio": "2",
}
REASON = "8 % of the last day's calls were escalated, above 5 %."
HOUR = 3600
START, DECLINE, END, PROLONG = (f"controls.{each}" for each in ("start", "decline", "end", "prolong"))


async def see(bot: Bot, condition: Condition = Condition.ESCALATION_RATE) -> None:
    """As the watch of spend does."""
    terms = controls_in_force(bot.settings)
    await bot.database.write(lambda tx: consider(tx, [Sighting(condition, True, REASON)], terms))


async def decided(bot: Bot, **more) -> dict:
    answer = await bot.api.post("/v1/escalations/decide", json=TASK | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(bot: Bot, **query) -> list[dict]:
    answer = await bot.api.get("/v1/controls", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["controls"]


async def test_proposed_pressed_enforced_and_ended(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    assert (await decided(bot))["escalate"]
    await see(bot)
    card = await workspace.expect_card("Cost control proposed: Tightened escalation criteria", REASON, "score of 0.6")
    assert card.actions == [START, DECLINE]
    assert "Nothing has changed yet" in card.words
    assert (await decided(bot))["escalate"]
    assert await listed(bot) == []
    [proposed] = await listed(bot, status="proposed")
    assert proposed["kind"] == "tighten_escalation"

    assert (await workspace.user("hana").press(card, START)).acknowledged
    active = await workspace.expect_card("Cost control in force", "Started by", "<@U0HANA>")
    assert (active.ts, active.actions) == (card.ts, [END, PROLONG])
    assert "Prolong 1 d" in active.words
    tightened = await decided(bot)
    assert not tightened["escalate"]
    assert "stays below the line 0.6" in tightened["reason"]
    assert f"0.6 in place of 0.5 by cost control {proposed['id']} (tighten_escalation)" in tightened["reason"]
    small = await bot.api.post("/v1/escalations", json=TASK)
    assert (small.status_code, small.json()["status"]) == (201, "not_needed")
    late = {"action_id": START, "value": str(proposed["id"])}
    assert "<@U0HANA> has started it" in (await wire.press("U0IVAN", card, late))[1]

    for emergency in ({"emergency": True}, {"production_outage": True}, {"security_types": ["data_breach"]}):
        exempt = await decided(bot, **emergency)
        assert exempt["escalate"]
        assert "Emergencies are exempt from cost control" in exempt["reason"]
        assert "reaches the decision line 0.5" in exempt["reason"]

    await workspace.user("ivan").press(active, END)
    over = await workspace.expect_card("Cost control over", "Ended", "<@U0IVAN>")
    assert over.actions == []
    again = await decided(bot)
    assert again["escalate"]
    assert "cost control" not in again["reason"]
    late = {"action_id": PROLONG, "value": str(proposed["id"])}
    assert "<@U0IVAN> has ended it" in (await wire.press("U0HANA", active, late))[1]

    async def both_told():
        told = [each.words for each in await workspace.replies(over)]
        return told if len(told) > 1 else None

    started, ended = await until(both_told, what="the thread tells of both")
    assert "started" in started
    assert "ended" in ended
    await see(bot)
    assert await listed(bot, status="proposed") == []


async def test_what_orchestrators_read(bot: Bot, workspace: Workspace, token: str) -> None:
    before = await bot.api.get("/v1/controls")
    same = await bot.api.get("/v1/controls", headers={"If-None-Match": before.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    await see(bot, Condition.PROJECTED_OVERRUN)
    await see(bot, Condition.DAILY_BUDGET_EXCEEDED)
    for title in ("Rate limiting", "Cost-saving mode"):
        card = await workspace.expect_card(f"Cost control proposed: {title}")
        await workspace.user("hana").press(card, START)
        await workspace.expect_card(f"Cost control in force: {title}")
    after = await bot.api.get("/v1/controls", headers={"If-None-Match": f'W/{before.headers["ETag"]}, "other"'})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    saving, limiting = after.json()["controls"]
    assert (saving["kind"], saving["effect"]) == ("cost_saving", {"prefer_models": ["glm-4.5"]})
    assert (limiting["kind"], limiting["effect"]) == ("rate_limiting", {"calls_per_minute": 60})
    assert (limiting["status"], limiting["by"], limiting["reason"]) == ("active", "U0HANA", REASON)
    assert limiting["exempt"] == ["emergencies"]
    assert limiting["since"] < limiting["until"]
    async with RiskbotClient(str(bot.api.base_url), token) as client:
        told = await client.controls()
    assert [each.effect.calls_per_minute for each in told] == [None, 60]
    await workspace.advance(24 * HOUR)
    assert await listed(bot) == []
    for title in ("Rate limiting", "Cost-saving mode"):
        await workspace.expect_card(f"Cost control over: {title}", "Ended by itself")


@pytest.mark.parametrize(
    ("person", "refused"),
    [("gus", "A guest cannot start or end cost controls"), ("erin", "it takes one of these roles: on_call")],
)
async def test_who_may_not(start_bot, workspace: Workspace, person: str, refused: str) -> None:
    async with start_bot(people={"cost_deciders": ["on_call"]}) as bot:
        await see(bot)
        card = await workspace.expect_card("Cost control proposed")
        for action in (START, DECLINE):
            assert refused in (await workspace.user(person).press(card, action)).private
        await workspace.user("hana").press(card, START)
        active = await workspace.expect_card("Cost control in force")
        for action in (END, PROLONG):
            assert refused in (await workspace.user(person).press(active, action)).private
        [control] = await listed(bot)
        assert control["by"] == "U0HANA"
        # An admin may whatever roles are named.
        await workspace.user("alice").press(active, END)
        await workspace.expect_card("Cost control over", "<@U0ALICE>")
        verbs = select(audit.c.verb).where(audit.c.object_kind == "control").order_by(audit.c.id)
        found = await bot.database.read(lambda tx: tx.execute(verbs).scalars().all())
        assert found == ["control_proposed", "control_started", "control_reversed"]


async def test_a_restart_keeps_its_time(start_bot, workspace: Workspace) -> None:
    async with start_bot() as bot:
        await see(bot)
        card = await workspace.expect_card("Cost control proposed")
        await workspace.user("hana").press(card, START)
        await workspace.expect_card("Cost control in force")
        [before] = await listed(bot)
    async with start_bot() as bot:
        assert await listed(bot) == [before]
        assert not (await decided(bot))["escalate"]
        await workspace.advance(24 * HOUR)

        async def ended() -> bool:
            return bool(await listed(bot, status="ended"))

        await until(ended, what="the end of the control")
        assert (await decided(bot))["escalate"]
        await workspace.expect_card("Cost control over", "Ended by itself")


async def test_an_exceeded_day_proposes_to_save_and_midnight_ends_it(start_bot, workspace: Workspace) -> None:
    """From calls that cost too much to what orchestrators are told, and back."""
    await until_noon(workspace)
    async with start_bot(budgets=QUICK) as bot:
        await spend(bot, "51.25")
        card = await workspace.expect_card("Cost control proposed: Cost-saving mode", "$51.25 spent, 102 %")
        await workspace.user("hana").press(card, START)
        await workspace.expect_card("Cost control in force: Cost-saving mode")
        [saving] = await listed(bot)
        assert (saving["condition"], saving["by"]) == ("daily_budget_exceeded", "U0HANA")
        await workspace.advance(13 * HOUR)
        await workspace.expect_card("Cost control over: Cost-saving mode", "what it was for holds no more")
        assert await listed(bot) == []
        await bot.settled()
