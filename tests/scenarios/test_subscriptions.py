"""Channels say what they hear: `/alerts subscribe`, `unsubscribe`, `subscriptions`, in the workspace."""

import pytest

from bot.sandbox.delivery import EnvelopeKind
from tests.scenarios.driver import NAME, Bot, Workspace, until
from tests.scenarios.wire import Wire


async def test_a_channel_subscribes_hears_and_falls_silent(bot: Bot, workspace: Workspace) -> None:
    hana = workspace.user("hana")
    said = await hana.command("subscribe area=performance severity>=high", channel="general")
    assert "From now on this channel hears area=performance severity>=high" in " ".join(said.private.split())
    assert "No open alert group matches now." in said.private
    note = await workspace.expect("subscribed this channel to", channel="general")
    assert "<@U0HANA>" in note.words
    await bot.fire()
    await bot.fire("Too cheap", severity="low", model="gpt")
    await workspace.expect_card(NAME, channel="general")
    await workspace.expect_card(NAME)
    await workspace.expect_card("Too cheap")
    ended = await workspace.user("ivan").command("unsubscribe", channel="general")
    assert "This channel is not subscribed any more to" in ended.private
    assert "This channel hears no alerts." in ended.private
    await workspace.expect("ended what this channel was subscribed to", channel="general")
    await bot.fire("Later", model="claude")
    await workspace.expect_card("Later")
    await bot.settled()
    assert await workspace.find("Later", channel="general") == []
    assert await workspace.find("Too cheap", channel="general") == []
    # The card that stands there still tells the truth.
    await bot.resolve()
    await workspace.expect_card("Resolved: ", NAME, channel="general")


async def test_whoever_comes_late_sees_what_is_open_as_a_digest(start_bot, workspace: Workspace) -> None:
    async with start_bot(storms={"digest_from": 3}) as bot:
        for number in range(4):
            await bot.fire(f"Open {number}", model=f"m{number}")
        await bot.settled()
        said = await workspace.user("hana").command("subscribe model!=m0", channel="incidents")
        assert "3 open alert groups match now, and come here at once." in said.private
        digest = await workspace.expect("Open 3", channel="incidents")
        assert "Open 0" not in digest.words


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        pytest.param("area=costs", "'costs' is no area; did you mean cost?", id="area"),
        pytest.param("severity>=hihg", "'hihg' is no severity; did you mean high?", id="severity"),
        pytest.param("serverity>=high", "serverity is no word of mine; did you mean severity?", id="word"),
        pytest.param("everything", "everything is no term", id="no-term"),
        pytest.param("model=~.*", "belongs to regular expressions", id="regular-expression"),
    ],
)
async def test_wrong_words(bot: Bot, workspace: Workspace, typed: str, answer: str) -> None:
    for verb in ("subscribe", "unsubscribe"):
        said = await workspace.user("hana").command(f"{verb} {typed}", channel="general")
        assert answer in said.private
        assert "Nothing was changed" in said.private
    assert await workspace.messages("general") == []


async def test_a_label_with_the_signs_that_slack_escapes(bot: Bot, workspace: Workspace) -> None:
    await workspace.user("hana").command('subscribe team="R&D <b>"', channel="general")
    await bot.fire(team="R&D <b>")
    await workspace.expect_card(NAME, channel="general")


async def test_where_the_bot_is_not(bot: Bot, workspace: Workspace) -> None:
    alice = workspace.user("alice")
    refused = await alice.command("subscribe", channel="private-ops")
    assert "/invite @riskbot" in refused.private
    assert "would hear nothing" in refused.private
    await alice.open_home()
    direct = await alice.command("subscribe", channel="D0ALICE")
    assert "A direct message hears no alerts by subscription" in direct.private
    listed = await alice.command("subscriptions", channel="general")
    assert "This channel hears no alerts." in listed.private
    assert "Other channels" not in listed.private


async def test_guests_and_those_without_the_role_change_nothing(start_bot, workspace: Workspace) -> None:
    async with start_bot(people={"responders": ["on_call"]}):
        refused = await workspace.user("bo").command("subscribe", channel="general")
        assert "You may not change what a channel hears" in refused.private
        assert "A guest cannot" in (await workspace.user("gus").command("unsubscribe", channel="general")).private
        shown = await workspace.user("bo").command("subscriptions", channel="general")
        assert "This channel hears no alerts." in shown.private
        assert await workspace.messages("general") == []


async def test_twice_nothing_and_the_list(bot: Bot, workspace: Workspace) -> None:
    hana = workspace.user("hana")
    nothing = await hana.command("unsubscribe", channel="general")
    assert "this channel is not subscribed to" in nothing.private
    await hana.command("subscribe area=cost", channel="general")
    twice = await hana.command("subscribe area=cost", channel="general")
    assert "this channel is subscribed already to" in twice.private
    here = (await hana.command("subscriptions", channel="general")).private
    assert "area=cost" in here
    assert "subscribed by" in here
    there = (await hana.command("subscriptions")).private
    assert "it is the default channel" in there
    assert "Other channels have subscribed to" in there


async def test_slack_delivers_the_command_again(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    await workspace.user("hana").command("subscribe area=cost", channel="general")
    traffic = await workspace.look("traffic")
    payload = next(each["body"]["payload"] for each in traffic if each["method"] == "slash_commands")
    again = await wire.deliver(EnvelopeKind.COMMAND, payload)
    assert "That is done already." in again.payload["text"]

    async def told() -> bool:
        return len(await workspace.find("subscribed this channel", channel="general")) == 1

    await until(told)
    await bot.settled()
    assert await told()


async def test_a_subscription_outlives_a_restart(start_bot, workspace: Workspace) -> None:
    async with start_bot():
        await workspace.user("hana").command("subscribe", channel="general")
    async with start_bot() as bot:
        await bot.fire()
        await workspace.expect_card(NAME, channel="general")
        await bot.settled()
        assert len(await workspace.find("subscribed this channel", channel="general")) == 1
