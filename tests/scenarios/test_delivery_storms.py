"""Many messages at once: digests, Slack's rates, what goes first, what comes late, and replies in order."""

import pytest

from bot.store import rates
from bot.store.claims import Action
from bot.store.database import Transaction
from tests.scenarios.conftest import StartBot
from tests.scenarios.driver import Bot, Json, Workspace, alert, until

POST = ["chat.postMessage"]
GROUPS = 100
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_storm_becomes_digests_within_slacks_rates(start_bot: StartBot, workspace: Workspace) -> None:
    async with start_bot(delivery={"channel_post_interval": "1s", "request_timeout": "5s", "lease": "20s"}) as bot:
        await bot.send(*(alert("Slow", model=f"m{number}") for number in range(GROUPS)))
        await bot.settled()
        shown = await workspace.messages()
        assert all(sum(f"m{number}" in each.words.split() for each in shown) == 1 for number in range(GROUPS))
        posts = len(await workspace.calls("chat.postMessage"))
        # Three digests, and perhaps a card or two of groups that came to be told before the others.
        assert posts <= 6
        digests = await workspace.find("alert groups need somebody")
        assert len(digests) >= 3

        for digest in digests:
            answer = await workspace.user("hana").press(digest, "alerts.acknowledge_digest")
            assert answer.acknowledged
        await bot.settled()
        taken = [each for each in await bot.alerts(limit=GROUPS) if each["status"] == "acknowledged"]
        assert len(taken) >= GROUPS - (posts - len(digests))
        assert len(await workspace.find("all seen", "<@U0HANA>")) == len(digests)
        # What comes after the storm and before it is calm joins its newest digest: no further post.
        await bot.fire("Slow", model="latecomer")
        await workspace.expect("latecomer", "alert groups need somebody")
        await bot.settled()
        assert len(await workspace.calls("chat.postMessage")) == posts
        assert not [each for each in await workspace.calls() if each["rate_limit_violation"]]


async def test_urgent_goes_first(bot: Bot, workspace: Workspace) -> None:
    await workspace.faults(rate_limit_next=1, retry_after_seconds=1, methods=POST)
    severities = ("low", "medium", "high", "critical")
    await bot.send(*(alert(each, severity=each, model=each) for each in severities))
    await bot.settled()
    assert (await workspace.messages())[0].text.startswith("🔴 Critical")


@only_sqlite
async def test_late_message_says_why_slack_was_the_reason(start_bot: StartBot, workspace: Workspace) -> None:
    async with start_bot(delivery={"late_after": "100ms"}) as bot:
        await workspace.faults(rate_limit_next=1, retry_after_seconds=3, methods=POST)
        await bot.fire()
        await until(lambda: bot.database.read(_post_is_held))
        await bot.fire(model="other")
        # Both waited, also the one that Slack never saw.
        for model in ("glm-4.5", "other"):
            card = await workspace.expect_card(f"HighErrorRate on {model}")
            assert "late: Slack asked us to wait 3 s" in card.words
        await bot.resolve()
        await workspace.expect_card("Resolved: HighErrorRate on glm-4.5", "late: Slack asked us to wait")


def _post_is_held(tx: Transaction) -> bool:
    """What was claimed before that is sent even so, and is late for another reason if at all."""
    return bool(rates.held_since(tx, Action.POST, tx.protocol_now))


@only_sqlite
async def test_late_message_says_that_we_were_not_running(start_bot: StartBot, workspace: Workspace) -> None:
    async with start_bot() as bot:
        await workspace.faults(rate_limit_next=1, retry_after_seconds=3, methods=POST)
        await bot.send(alert(), alert(model="other"))
        await until(lambda: workspace.calls("chat.postMessage"))
    async with start_bot(delivery={"late_after": "500ms"}) as bot:
        card = await workspace.expect_card("HighErrorRate on other")
        assert "late:" in card.words
        await bot.settled()


async def test_replies_keep_their_order_after_a_refusal(start_bot: StartBot, workspace: Workspace) -> None:
    # Of what flaps nobody is told each time.
    async with start_bot(alerts={"flapping": {"changes": 100}}) as bot:
        await bot.fire()
        card = await workspace.expect_card("High: HighErrorRate")
        await bot.resolve()
        await bot.settled()
        await workspace.faults(error_next=1, error="a_word_of_next_year", methods=POST)
        for _ in range(3):
            await bot.fire()
            await bot.resolve()
        await bot.settled()
        shown = [each.words for each in await workspace.replies(card)]
    assert ["2 times" in shown[0], "3 times" in shown[1], "4 times" in shown[2]] == [True] * 3, shown


async def test_group_of_two_routes_is_shown_in_both_channels(start_bot: StartBot, workspace: Workspace) -> None:
    routes: list[Json] = [{"channel": "#llm-costs", "areas": ["cost"]}, {"channel": "#general", "areas": ["cost"]}]
    async with start_bot(alerts={"routes": routes}) as bot:
        await bot.fire("Overspent", area="cost")
        for channel in ("llm-costs", "general"):
            card = await workspace.expect_card("High: Overspent", channel=channel)
        await workspace.user("hana").press(card, "alerts.acknowledge")
        for channel in ("llm-costs", "general"):
            await workspace.expect_card("Acknowledged: Overspent", "<@U0HANA>", channel=channel)
