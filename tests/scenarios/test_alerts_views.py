"""Where people look: `/alerts`, the modal of a group, App Home, a digest."""

import pytest
from sqlalchemy import text

from tests.scenarios.driver import NAME, Bot, Message, Workspace, alert, until, words_of
from tests.scenarios.wire import Wire

QUIET = {"storms": {"digest_from": 40}}


async def test_the_command_from_quiet_to_busy(start_bot, workspace: Workspace) -> None:
    async with start_bot(**QUIET) as bot:
        hana = workspace.user("hana")
        assert "✅ All quiet" in (await hana.command()).private
        assert "Nothing is open. All quiet." in (await hana.command("list")).private
        assert "You have no open alerts." in (await hana.command("mine")).private
        await bot.fire(severity="low")
        await bot.fire("Provider down", severity="critical", model="gpt")
        card = await workspace.expect_card("Provider down")
        shown = await hana.command("status")
        assert "🔥 2 firing, 0 acknowledged" in shown.private
        assert shown.private.index("Provider down") < shown.private.index(NAME)
        await hana.press(card, "alerts.acknowledge")
        shown = await hana.command("")
        assert "1 firing, 1 acknowledged" in shown.private
        assert "on average" in shown.private
        assert shown.private.index(NAME) < shown.private.index("Provider down")
        mine = (await hana.command("mine")).private
        assert "Provider down" in mine
        assert NAME not in mine
        assert "You have no open alerts." in (await workspace.user("ivan").command("mine")).private
        assert {NAME, "Provider", "<@U0HANA>"} <= set((await hana.command("LIST")).private.split())


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        pytest.param("help", "How to use /alerts", id="help"),
        pytest.param("lst", "Did you mean /alerts list?", id="near-miss"),
        pytest.param("frobnicate <!channel> *x*", "I do not know frobnicate", id="nonsense"),
        pytest.param("@everyone", "I do not know @everyone", id="a-broadcast-is-quoted"),
    ],
)
async def test_words_of_the_command(bot: Bot, workspace: Workspace, typed: str, answer: str) -> None:
    said = await workspace.user("hana").command(typed)
    assert answer in " ".join(said.private.split())
    assert await workspace.messages() == []


async def test_the_command_in_a_direct_message_and_by_a_guest(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    await workspace.expect_card(NAME)
    await workspace.user("hana").open_home()
    assert "1 firing" in (await workspace.user("hana").command(channel="D0HANA")).private
    refused = (await workspace.user("gus").command(channel="general")).private
    assert "A guest cannot see alerts" in refused
    assert NAME not in refused


async def test_the_modal_tells_the_story_and_takes_presses(bot: Bot, workspace: Workspace) -> None:
    await bot.fire(role="architect")
    card = await workspace.expect_card(NAME)
    hana, ivan = workspace.user("hana"), workspace.user("ivan")
    opened = await hana.press(card, "alerts.timeline")
    assert "an alert fired (high)" in opened.view_words
    assert "role=architect" in opened.view_words
    theirs = await ivan.press(card, "alerts.timeline")
    assert "nobody yet" in theirs.view_words
    taken = await hana.press(None, "alerts.acknowledge", settle_seconds=0.5)
    assert "<@U0HANA>, until" in taken.view_words
    assert "☝️" not in taken.view_words
    await workspace.expect_card("Acknowledged: ")
    late = await ivan.press(None, "alerts.acknowledge", settle_seconds=0.5)
    assert "☝️ <@U0HANA> has acknowledged this already" in late.view_words
    given = await ivan.press(None, "alerts.assign", value="U0BO", settle_seconds=0.5)
    assert "assigned it to" in given.view_words
    over = await hana.press(None, "alerts.resolve", settle_seconds=0.5)
    assert "resolved it" in over.view_words
    await workspace.expect_card("Resolved: ", "by <@U0HANA>")
    assert [each["action_id"] for each in _pressable(over.view)] == ["alerts.useful", "alerts.not_useful"]


def _pressable(view) -> list[dict]:
    return [each for block in view["blocks"] for each in block.get("elements", []) if "action_id" in each]


async def test_a_modal_of_somebody_who_became_a_guest_shows_nothing_more(start_bot, workspace: Workspace) -> None:
    async with start_bot(people={"groups_cached_for": "0s"}) as bot:
        await bot.fire()
        card = await workspace.expect_card(NAME)
        await workspace.user("ivan").press(card, "alerts.timeline")
        await workspace.control("people", user="ivan", is_restricted=True)
        refused = await workspace.user("ivan").press(None, "alerts.acknowledge", settle_seconds=0.5)
        assert "A guest cannot see alerts" in refused.view_words
        assert NAME not in refused.view_words
        assert [each["status"] for each in await bot.alerts()] == ["firing"]


async def test_home_shows_mine_and_everything_and_opens_them(start_bot, workspace: Workspace) -> None:
    async with start_bot(**QUIET) as bot:
        hana = workspace.user("hana")
        await hana.open_home()
        assert "All quiet" in await hana.home_words()
        await bot.fire("Mine", model="a")
        await bot.fire("Theirs", model="b")
        await hana.press(await workspace.expect_card("Mine"), "alerts.acknowledge")
        await workspace.expect_card("Acknowledged: Mine")
        await workspace.expect_card("Theirs")
        await hana.open_home()

        async def drawn_anew() -> bool:
            return "Theirs" in await hana.home_words()

        # Slack takes a hundred Homes a minute, so the second one of a second comes a moment later.
        await until(drawn_anew)
        mine, everything = (await hana.home_words()).split("Every alert that is open")
        assert "Mine" in mine
        assert "Theirs" not in mine
        assert {"Mine", "Theirs"} <= set(everything.split())
        opened = await hana.press(None, "alerts.timeline")
        assert opened.view["type"] == "modal"
        assert "Mine" in opened.view_words


async def test_home_of_a_guest_is_closed(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    await workspace.expect_card(NAME)
    gus = workspace.user("gus")
    await gus.open_home()
    words = await gus.home_words()
    assert "A guest cannot see alerts" in words
    assert NAME not in words


async def test_from_home_what_is_gone_is_said_in_a_dialog(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    await workspace.expect_card(NAME)
    hana = workspace.user("hana")
    await hana.open_home()

    def forget(tx):
        for table in ("alerts", "alert_groups"):
            tx.execute(text(f"DELETE FROM {table}"))

    await bot.database.write(forget)
    opened = await hana.press(None, "alerts.timeline")
    assert "not in my records any more" in opened.view_words


async def test_a_storm_is_one_message(bot: Bot, workspace: Workspace) -> None:
    services = [f"service-{number}" for number in range(6)]
    await bot.send(*(alert("Errors", model="", service=each) for each in services))
    digest = await workspace.expect_card("🌊 6 of 6 alert groups need somebody")
    assert len(await workspace.messages()) == 1
    hana, ivan = workspace.user("hana"), workspace.user("ivan")
    options = _options(digest)
    opened = await ivan.press(digest, "alerts.open_group", value=options[0]["value"])
    assert options[0]["text"]["text"].split(" · ")[1] in opened.view_words
    await ivan.press(None, "alerts.acknowledge", settle_seconds=0.5)
    await workspace.expect_card("🌊 5 of 6 alert groups need somebody")
    said = await hana.press(digest, "alerts.acknowledge_digest")
    assert "You acknowledged 5 alert groups. 1 was taken or over already." in said.private
    digest = await workspace.expect_card("👀 6 alert groups, all seen", "<@U0HANA>", "<@U0IVAN>")
    assert "alerts.acknowledge_digest" not in digest.actions
    await bot.send(*(alert("Errors", model="", service=each, status="resolved") for each in services))
    await workspace.expect_card("✅ All 6 alert groups are resolved")
    assert len(await workspace.messages()) == 1


async def test_the_slower_of_two_in_a_storm_is_told(bot: Bot, workspace: Workspace) -> None:
    await bot.send(*(alert("Errors", model=f"m{number}") for number in range(5)))
    digest = await workspace.expect_card("5 of 5 alert groups")
    await workspace.user("hana").press(digest, "alerts.acknowledge_digest")
    late = await workspace.user("ivan").press(
        Message(digest.channel, digest.content), "alerts.open_group", value=_options(digest)[0]["value"]
    )
    assert "<@U0HANA>, until" in late.view_words


def _options(digest: Message) -> list[dict]:
    return next(each["options"] for block in digest.blocks for each in block.get("elements", []) if "options" in each)


async def test_a_prefix_renames_what_is_named_to_people(start_bot, wire: Wire) -> None:
    async with start_bot(slack={"prefix": "rb-"}):
        ack = await wire.command("U0HANA", "help", command="/rb-alerts")
        assert "/rb-alerts mine" in words_of(ack.payload)
