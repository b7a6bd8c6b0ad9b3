"""A provider's outage is told once, and not again by every alert of its models."""

from tests.scenarios.driver import NAME, Bot, Workspace, until


async def test_an_outage_explains_the_alerts_of_its_models(bot: Bot, workspace: Workspace) -> None:
    await bot.fire(provider="openrouter")
    slow = await workspace.expect_card(NAME)
    await bot.fire("ProviderDown", severity="critical", area="providers", model="", provider="openrouter")
    outage = await workspace.expect_card("ProviderDown on openrouter")
    muted = await workspace.expect_card("🔕 Muted: ", NAME, "Muted while this holds: ", "ProviderDown · openrouter")
    assert muted.ts == slow.ts
    await bot.fire("Errors", provider="openrouter")
    await bot.fire("Errors", provider="anthropic", model="opus")
    await workspace.expect_card("Errors on opus")
    await bot.settled()
    assert len(await workspace.find("Errors")) == 1
    by_name = {(each["alert"], each["labels"]["model"]): each for each in await bot.alerts()}
    source = by_name["ProviderDown", ""]
    assert by_name["Errors", "glm-4.5"]["inhibited_by"] == source["id"]
    assert {each["status"] for each in await bot.alerts(status="suppressed")} == {"suppressed"}
    opened = await workspace.user("hana").press(muted, "alerts.timeline", settle_seconds=1)
    assert "was muted by an alert that explains it" in opened.view_words
    await workspace.user("hana").press(outage, "alerts.acknowledge")
    await workspace.expect_card("👀 Acknowledged: ", "ProviderDown")
    await bot.fire(
        "ProviderDown", severity="critical", area="providers", model="", provider="openrouter", status="resolved"
    )
    await workspace.expect_card("Errors on glm-4.5", "It was muted until")
    note = await workspace.expect("No longer muted, and still firing: ", NAME, reply=True)
    assert note.thread_ts == slow.ts

    async def all_fire() -> bool:
        return {each["status"] for each in await bot.alerts()} == {"firing"}

    await until(all_fire)


async def test_what_ends_with_the_outage_is_never_told(bot: Bot, workspace: Workspace) -> None:
    await bot.fire("ProviderDown", severity="critical", area="providers", model="", provider="openrouter")
    await workspace.expect_card("ProviderDown on openrouter")
    await bot.fire(provider="openrouter")
    await bot.resolve(provider="openrouter")
    await bot.fire(
        "ProviderDown", severity="critical", area="providers", model="", provider="openrouter", status="resolved"
    )
    await workspace.expect_card("✅ Resolved: ProviderDown")
    await bot.settled()
    assert await workspace.find(NAME) == []
