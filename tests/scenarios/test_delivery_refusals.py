"""What Slack refuses is held, mended, told elsewhere or told plainly; it is never dropped and never told twice."""

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery import trouble
from bot.paths import TEMPLATES
from bot.slack import render
from tests.scenarios.conftest import StartBot
from tests.scenarios.driver import Bot, Json, Workspace, alert, until

POST = ["chat.postMessage"]
EDIT = ["chat.update"]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def at(call: Json) -> float:
    return datetime.fromisoformat(call["at"]).timestamp()


async def test_retry_after_is_waited_out(start_bot: StartBot, workspace: Workspace) -> None:
    async with start_bot(delivery={"channel_post_interval": "1s"}) as bot:
        await workspace.faults(rate_limit_next=1, retry_after_seconds=2, methods=POST)
        await bot.send(alert(), alert(model="other"))
        await bot.settled()
    refused, *later = await workspace.calls("chat.postMessage")
    assert refused["error"] == "ratelimited"
    assert [each["ok"] for each in later] == [True, True]
    assert min(at(each) for each in later) - at(refused) >= 2


AMBIGUOUS = {
    "answer lost": {"drop_after_commit_next": 1},
    "internal error": {"error_next": 1, "error": "internal_error"},
    "server error": {"error_next": 1, "error": "fatal_error", "status": 500},
}


@pytest.mark.parametrize("fault", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_post_of_unknown_fate_is_looked_for(bot: Bot, workspace: Workspace, fault: Json) -> None:
    await workspace.faults(**fault, methods=POST)
    await bot.fire()
    card = await workspace.expect_card("High: HighErrorRate")
    await bot.settled()
    assert len(await workspace.messages()) == 1
    await bot.resolve()
    await workspace.expect_card("Resolved: HighErrorRate")
    assert (await workspace.refreshed(card)).text.startswith("✅")
    assert len(await workspace.calls("conversations.history")) == 1


async def test_reply_of_unknown_fate_is_looked_for_in_its_thread(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card("High: HighErrorRate")
    await bot.resolve()
    await bot.settled()
    await workspace.faults(drop_after_commit_next=1, methods=POST)
    await bot.fire()
    await workspace.expect("Fires again", reply=True)
    await bot.settled()
    assert len(await workspace.replies(card)) == 1
    assert len(await workspace.calls("conversations.replies")) == 1


@only_sqlite
@pytest.mark.parametrize("seconds", [-120, 120])
async def test_a_clock_that_goes_wrong_finds_its_posts_all_the_same(bot: Bot, workspace: Workspace, seconds) -> None:
    """Slack's own clock numbers its messages, and says in each answer how far ours is from it."""
    clock = bot.database.clock
    clock.follow_database(clock.protocol_now() + timedelta(seconds=seconds))
    await workspace.faults(drop_after_commit_next=1, methods=POST)
    await bot.fire()
    await workspace.expect_card("High: HighErrorRate")
    await until(lambda: workspace.calls("conversations.history"))
    await bot.settled()
    assert len(await workspace.messages()) == 1


@only_sqlite
async def test_a_late_post_that_was_looked_for_says_so_still(start_bot: StartBot, workspace: Workspace) -> None:
    async with start_bot(delivery={"late_after": "1s"}) as bot:
        await workspace.faults(rate_limit_next=1, retry_after_seconds=2, methods=POST)
        await bot.fire()
        await until(lambda: workspace.calls("chat.postMessage", ok=False))
        await workspace.faults(drop_after_commit_next=1, methods=POST)
        await workspace.expect_card("High: HighErrorRate", "late: Slack asked us to wait 2 s")
        await until(lambda: workspace.calls("conversations.history"))
        await bot.settled()
        assert await workspace.calls("chat.update")
        await workspace.expect_card("High: HighErrorRate", "late: Slack asked us to wait 2 s")
        await bot.resolve()
        await workspace.expect_card("Resolved: HighErrorRate", "late: Slack asked us to wait 2 s")


@only_sqlite
async def test_unreadable_history_gives_one_repeat_that_shows_its_key(bot: Bot, workspace: Workspace) -> None:
    await workspace.faults(drop_after_commit_next=1, methods=POST, unreadable_history=True)
    await bot.fire()

    async def repeated() -> bool:
        return len(await workspace.messages()) == 2

    await until(repeated, 15)
    await bot.settled()
    first, second = await workspace.messages()
    assert second.words.endswith(second.key[-12:])
    assert not first.words.endswith(first.key[-12:])
    await bot.resolve()
    await bot.settled()
    first, second = await workspace.messages()
    assert second.text.startswith("✅")


async def test_archived_channel_is_told_elsewhere_with_one_notice(start_bot: StartBot, workspace: Workspace) -> None:
    routes = [{"channel": "#llm-costs", "areas": ["cost"]}]
    async with start_bot(alerts={"routes": routes, "ops_channel": "#incidents"}) as bot:
        await bot.fire("Overspent", area="cost")
        card = await workspace.expect_card("Overspent", channel="llm-costs")
        await workspace.faults(archive_channel="llm-costs")
        await bot.fire("Twice the price", area="cost")
        await bot.fire("Thrice the price", area="cost")
        await workspace.expect_card("Twice the price", "Meant for #llm-costs", channel="incidents")
        await workspace.expect_card("Thrice the price", "Meant for #llm-costs", channel="incidents")
        await workspace.expect("I cannot post to #llm-costs", channel="incidents")
        await bot.resolve("Overspent", area="cost")
        await workspace.expect_card("Resolved: Overspent", "Meant for #llm-costs", channel="incidents")
        assert (await workspace.refreshed(card)).text == card.text

        workspace.server.workspace.channel("llm-costs").is_archived = False
        await bot.fire("Four times the price", area="cost")
        await workspace.expect_card("Four times the price", channel="llm-costs")
        await bot.settled()
        assert len(await workspace.find("I cannot post to", channel="incidents")) == 1


@only_sqlite
async def test_replies_follow_their_card_to_another_channel(start_bot: StartBot, workspace: Workspace) -> None:
    routes = [{"channel": "#llm-costs", "areas": ["cost"]}]
    async with start_bot(alerts={"routes": routes, "ops_channel": "#incidents"}) as bot:
        await bot.fire("Overspent", area="cost")
        await workspace.expect_card("Overspent", channel="llm-costs")
        await bot.resolve("Overspent", area="cost")
        await bot.settled()
        await workspace.faults(archive_channel="llm-costs")
        await bot.fire("Overspent", area="cost")
        card = await workspace.expect_card("High: Overspent", channel="incidents")
        await bot.settled()
        assert ["Fires again" in each.words for each in await workspace.replies(card)] == [True]


@only_sqlite
async def test_private_channel_without_us_is_told_elsewhere(start_bot: StartBot, workspace: Workspace) -> None:
    routes = [{"channel": "#private-ops", "areas": ["security"]}]
    async with start_bot(alerts={"routes": routes}) as bot:
        await bot.fire("KeyLeaked", area="security")
        await workspace.expect_card("KeyLeaked", "Meant for #private-ops")
        await workspace.expect("I cannot post to #private-ops")


@only_sqlite
async def test_removed_from_a_public_channel_we_come_back(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    await workspace.expect_card("HighErrorRate")
    await workspace.faults(remove_bot_from="llm-alerts")
    await bot.fire("Slow", model="other")
    await workspace.expect_card("Slow")
    await bot.settled()
    assert not await workspace.find("I cannot post to")


@only_sqlite
async def test_last_channel_refusing_shows_in_readiness(bot: Bot, workspace: Workspace) -> None:
    await workspace.faults(archive_channel="llm-alerts")
    await bot.fire()

    async def red() -> bool:
        _ready, broken = await bot.ready()
        return "#llm-alerts" in broken.get("delivery", "")

    await until(red)
    assert (await bot.queue()).waiting == 1


async def test_deleted_card_is_posted_anew(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card("HighErrorRate")
    await workspace.faults(delete_message={"channel": "llm-alerts", "ts": card.ts})
    await bot.fire(severity="critical", instance="2")
    anew = await workspace.expect_card("Critical: HighErrorRate")
    assert anew.ts != card.ts
    await bot.settled()
    assert len(await workspace.messages()) == 1
    assert "late" not in anew.words


async def test_reply_outlives_its_deleted_thread(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    card = await workspace.expect_card("HighErrorRate")
    await bot.resolve()
    await bot.settled()
    await workspace.faults(delete_message={"channel": "llm-alerts", "ts": card.ts})
    await bot.fire()
    anew = await workspace.expect_card("High: HighErrorRate")
    await workspace.expect("Fires again", reply=True)
    await bot.settled()
    assert len(await workspace.replies(anew)) == 1
    assert not await workspace.find("I cannot post to")


@only_sqlite
async def test_blocks_that_slack_refuses_go_as_plain_text(bot: Bot, workspace: Workspace) -> None:
    workspace.provoked.add("invalid_blocks")
    await workspace.faults(error_next=1, error="invalid_blocks", methods=POST)
    await bot.fire()
    card = await workspace.expect_card("High: HighErrorRate")
    assert not card.blocks
    await bot.resolve()
    await workspace.expect_card("Resolved: HighErrorRate")


@only_sqlite
async def test_broken_template_still_tells(bot: Bot, workspace: Workspace, monkeypatch, tmp_path: Path) -> None:
    await bot.fire()
    await workspace.expect_card("HighErrorRate")
    broken = tmp_path / "templates"
    shutil.copytree(TEMPLATES, broken)
    (broken / "alerts/card.json.j2").write_text('{"text": {{ nobody_knows_this | tojson }}}')
    monkeypatch.setattr(render, "TEMPLATES", broken)
    render._environment.cache_clear()
    try:
        await bot.resolve()
        card = await workspace.expect_card("Resolved: HighErrorRate", "template is broken")
        assert not card.blocks, "an edit must not leave the old state standing"
        await bot.fire("<!channel> & co", model="other")
        card = await workspace.expect_card("template is broken", "&lt;!channel&gt; &amp; co")
    finally:
        render._environment.cache_clear()


async def test_revoked_token_stops_all_calls_and_keeps_the_queue(bot: Bot, workspace: Workspace, monkeypatch) -> None:
    monkeypatch.setattr(trouble, "CREDENTIALS_LOOK_SECONDS", 1.5)
    await workspace.faults(revoke_token=True)
    await bot.send(*(alert(area=area, model=area) for area in ("a", "b")))
    await bot.fire(model="glm-5")

    async def red() -> bool:
        _ready, broken = await bot.ready()
        return "token_revoked" in broken.get("delivery", "")

    await until(red)
    # News ring the bell of the delivery, which must not answer by calling.
    await bot.fire(model="glm-6")
    await asyncio.sleep(0.7)
    refused = [each for each in await workspace.calls() if each.get("error") == "token_revoked"]
    assert 1 <= len(refused) <= 3
    assert (await bot.queue()).waiting == 4
    await workspace.faults()
    await bot.settled()
    assert (await bot.ready())[0]
    assert len(await workspace.messages()) == 4


@only_sqlite
async def test_failing_edits_are_never_given_up(start_bot: StartBot, workspace: Workspace) -> None:
    async with start_bot(delivery={"max_attempts": 2}) as bot:
        await bot.fire()
        await workspace.expect_card("High: HighErrorRate")
        await workspace.faults(error_share=1.0, error="fatal_error", status=503, methods=EDIT)
        await bot.resolve()

        async def three_refused() -> bool:
            return len(await workspace.calls("chat.update", ok=False)) >= 3

        await until(three_refused, 15)
        assert (await bot.queue()).dead == 0
        await workspace.faults()
        await workspace.expect_card("Resolved: HighErrorRate")


async def test_card_given_up_is_told_and_tried_again_with_news(start_bot: StartBot, workspace: Workspace) -> None:
    async with start_bot(delivery={"max_attempts": 1}) as bot:
        await workspace.faults(error_next=1, error="a_word_of_next_year", methods=POST)
        await bot.fire()
        await workspace.expect("A message could not be delivered", "a_word_of_next_year")
        assert (await bot.queue()).dead == 1
        await bot.resolve()
        await workspace.expect_card("Resolved: HighErrorRate")
        assert (await bot.queue()).dead == 0
