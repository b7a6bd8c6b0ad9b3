"""What calls cost, from the telemetry that comes in to the answer and the card."""

from datetime import timedelta

from bot.clock import Clock
from tests.scenarios.driver import Bot, Workspace, until


async def tell(bot: Bot, clock: Clock, call_id: str, **told) -> None:
    call = {
        "id": call_id,
        "at": clock.now().isoformat(),
        "model": "glm-4.5",
        "provider": "openrouter",
        "team": "web",
        "duration_seconds": 1.0,
        "input_tokens": 1_000_000,
        "output_tokens": 100_000,
        **told,
    }
    answer = await bot.api.post("/v1/telemetry/calls", json=call)
    assert answer.status_code == 200, answer.text


async def costs(bot: Bot, calls: int, **query: str) -> dict:
    async def counted() -> dict | None:
        answer = (await bot.api.get("/v1/costs", params=query)).json()
        return answer if answer["calls"] == calls else None

    return await until(counted, 60, f"{calls} calls in /v1/costs")


async def test_calls_are_priced_and_what_is_wrong_with_prices_is_told(
    start_bot, workspace: Workspace, clock: Clock
) -> None:
    async with start_bot(pricing={"interval": "1s", "window": "2h"}, alerts={"group_wait": "1s"}) as bot:
        await tell(bot, clock, "1")
        await tell(bot, clock, "2", cost_usd="0")
        await tell(bot, clock, "3", model="brand-new", team="data")
        since = (clock.now() - timedelta(hours=1)).isoformat()
        found = await costs(bot, 3, **{"from": since, "group_by": "team"})
        assert found["total_usd"] == "1.64"
        assert [(each["key"], each["total_usd"], each["unpriced_tokens"]) for each in found["groups"]] == [
            ("web", "1.64", 0),
            ("data", "0", 1_100_000),
        ]
        unpriced = await workspace.expect_card("unpriced_model", "brand-new")
        assert "1 call with 1,100,000 tokens" in unpriced.words
        differing = await workspace.expect_card("cost_figures_differ")
        assert "told $0.00, by our prices $0.82 (-100%)" in differing.words
        assert "writes 0" in differing.words
        await workspace.advance(3 * 3600)
        await workspace.expect_card("Resolved", "unpriced_model")
