"""What waits and why is seen in Slack and in the metrics; a dead man's switch hears from us only while all is well."""

import asyncio
import logging
import re

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.ingest.conftest import listening
from tests.scenarios.driver import Bot, Workspace, until

POST = ["chat.postMessage"]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def asked(workspace: Workspace) -> str:
    return (await workspace.user("erin").command("delivery")).private


async def figures(bot: Bot) -> str:
    return (await bot.api.get("/metrics")).text


async def test_all_delivered(bot: Bot, workspace: Workspace) -> None:
    await bot.fire()
    await workspace.expect_card("HighErrorRate")
    await bot.settled()
    said = await asked(workspace)
    assert "Everything is delivered" in said
    assert "Slack: connected (socket)" in said
    assert "ask again, HighErrorRate on glm-4.5" in said
    assert re.search(r"last heard of \d", said)

    async def measured() -> bool:
        text = await figures(bot)
        return "riskbot_slack_last_event_timestamp_seconds" in text and "riskbot_due_next_timestamp_seconds" in text

    await until(measured)


async def test_what_slack_holds_and_refuses(start_bot, workspace: Workspace) -> None:
    routes = [{"channel": "#llm-costs", "areas": ["cost"]}, {"channel": "#llm-alerts", "areas": ["performance"]}]
    async with start_bot(alerts={"routes": routes, "ops_channel": "#incidents"}) as bot:
        await workspace.faults(archive_channel="llm-costs")
        await bot.fire("Overspent", area="cost")
        await workspace.expect_card("Overspent", channel="incidents")
        await bot.settled()
        assert re.search("#llm-costs +refuses me since .*: is_archived", await asked(workspace))
        await workspace.faults(rate_limit_next=1, retry_after_seconds=60, methods=POST)
        await bot.fire()
        await until(lambda: workspace.calls("chat.postMessage", ok=False))

        async def held() -> str:
            said = await asked(workspace)
            return said if "Slack asked us to wait 60 s" in said else ""

        said = await until(held)
        assert "1 messages wait, the oldest for" in said
        assert re.search("#llm-alerts +alerts: 1 to post", said)
        assert re.search("chat.postMessage +until", said)

        async def measured() -> bool:
            text = await figures(bot)
            return (
                'riskbot_queue_messages{channel="#llm-alerts",priority="30"} 1.0' in text
                and 'riskbot_held_seconds{name="chat.postMessage"}' in text
                and 'riskbot_destination_refuses{channel="#llm-costs",reason="is_archived"} 1.0' in text
            )

        await until(measured)


class Switch:
    """A dead man's switch: a real HTTP receiver that counts what it is told."""

    def __init__(self) -> None:
        self.beats: list[str] = []
        self.status = 200
        self.pause_seconds = 0.0
        self.app = Starlette(routes=[Route("/ping/{secret}", self._take, methods=["GET", "POST"])])

    async def _take(self, request):
        self.beats.append(f"{request.method} {request.path_params['secret']}")
        await asyncio.sleep(self.pause_seconds)
        return PlainTextResponse("", self.status, {"Location": "/ping/elsewhere"})

    async def hears(self, more: int = 2) -> None:
        """Wait for further beats; the first of them may have begun before."""
        known = len(self.beats)

        async def heard() -> bool:
            return len(self.beats) >= known + more

        await until(heard)

    async def is_silent(self) -> None:
        """No beat for many intervals, once those under way are over."""

        async def silent() -> bool:
            known = len(self.beats)
            await asyncio.sleep(0.5)
            return len(self.beats) == known

        await until(silent)


@only_sqlite
async def test_a_heartbeat_stops_with_whatever_is_wrong(start_bot, workspace: Workspace, caplog) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    switch = Switch()
    async with listening(switch.app) as url:
        heartbeat = {"url": f"{url}/ping/s3cret", "interval": "50ms", "oldest_unsent": "1s"}
        async with start_bot(heartbeat=heartbeat) as bot:
            await switch.hears()
            await bot.fire()
            await workspace.expect_card("HighErrorRate")

            # A message that waits for too long.
            await workspace.faults(rate_limit_next=1, retry_after_seconds=4, methods=POST)
            await bot.fire("Slow", model="other")
            await switch.is_silent()
            await workspace.expect_card("Slow")
            await switch.hears()

            # Timers that nobody looks at.
            bot.running.due_runner.stop()
            await switch.is_silent()
            assert not (await bot.ready())[0]
    assert set(switch.beats) == {"GET s3cret"}
    said = [record.getMessage() for record in caplog.records]
    assert any("No heartbeat: a message has been waiting" in line for line in said)
    assert any("No heartbeat: tick" in line for line in said)
    assert "s3cret" not in caplog.text


@only_sqlite
async def test_a_failing_receiver_disturbs_nothing(start_bot, workspace: Workspace, caplog) -> None:
    switch = Switch()
    async with listening(switch.app) as url:
        heartbeat = {"url": f"{url}/ping/s3cret", "interval": "50ms", "method": "POST"}
        async with start_bot(heartbeat=heartbeat) as bot:
            await switch.hears()
            switch.status = 307
            await switch.hears(4)
            switch.pause_seconds = 3.0
            await switch.hears(1)
            await bot.fire()
            await workspace.expect_card("HighErrorRate", seconds=3)
            assert (await bot.ready()) == (True, {})
            switch.pause_seconds, switch.status = 0.0, 200
            await switch.hears()
    # Redirects are not followed: they would show the secret to others.
    assert set(switch.beats) == {"POST s3cret"}
    assert "answered the heartbeat with 307" in caplog.text
    assert "s3cret" not in caplog.text


@only_sqlite
async def test_no_receiver_at_all(start_bot, workspace: Workspace, caplog) -> None:
    async with start_bot(heartbeat={"url": "http://127.0.0.1:9/ping/s3cret", "interval": "50ms"}) as bot:
        await bot.fire()
        await workspace.expect_card("HighErrorRate")

        async def failed() -> bool:
            return 'riskbot_heartbeats_total{outcome="failed"}' in await figures(bot)

        await until(failed)
    assert caplog.text.count("did not reach 127.0.0.1") == 1
    assert "s3cret" not in caplog.text
