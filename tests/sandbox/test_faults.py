"""Every switch of /faults, seen from a client."""

import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.constants import APP_TOKEN

from .conftest import web_client


async def post(client, text: str = "x"):
    return await client.chat_postMessage(channel="C0GENERAL", text=text)


async def error(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_rate_limit_next(client, people):
    await people.post("faults", rate_limit_next=2, retry_after_seconds=30)
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await post(client)
        assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "30")
    await post(client)
    assert [call["ok"] for call in await people.calls("chat.postMessage")] == [False, False, True]


async def test_shares_are_repeatable(client, people):
    async def outcomes() -> list[bool]:
        await people.post("faults")
        await people.post("faults", rate_limit_share=0.5, seed=7)
        seen = []
        for _ in range(20):
            try:
                await client.auth_test()
                seen.append(True)
            except SlackApiError:
                seen.append(False)
        return seen

    first = await outcomes()
    assert 3 < sum(first) < 17
    assert await outcomes() == first


async def test_errors_and_bodies_that_are_not_json(client, people):
    await people.post("faults", error_next=1, error="fatal_error", methods=["chat.update"])
    await post(client)
    assert await error(client.chat_update(channel="C0GENERAL", ts="1.000001", text="x")) == "fatal_error"
    await people.post("faults")
    await people.post("faults", error_next=1, status=500)
    with pytest.raises(SlackApiError) as caught:
        await post(client)
    assert caught.value.response.status_code == 500
    assert await people.get("faults") == {"status": 500, "rate_limits": False}


async def test_an_answer_lost_after_the_message_was_taken(client, people):
    await people.post("faults", drop_after_commit_next=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client, "kept")
    await post(client, "next")
    assert [message["text"] for message in await people.messages("general")] == ["kept", "next"]


async def test_the_sdks_own_retry_posts_twice(server, people):
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.sandbox.constants import BOT_TOKEN

    await people.post("faults", drop_after_commit_next=1)
    await post(AsyncWebClient(token=BOT_TOKEN, base_url=server.api_url), "twice")
    assert [message["text"] for message in await people.messages("general")] == ["twice", "twice"]


async def test_a_post_that_slack_dropped_after_its_ok(client, people):
    await people.post("faults", swallow_next_posts=1)
    lost = await client.chat_postMessage(channel="C0GENERAL", text="lost")
    assert lost["ok"]
    await client.chat_postMessage(channel="C0GENERAL", text="kept")
    assert [message["text"] for message in await people.messages("general")] == ["kept"]
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel="C0GENERAL", ts=lost["ts"], text="x")


async def test_delay(client, people):
    await people.post("faults", delay_seconds=0.3, methods=["auth.test"])
    started = time.monotonic()
    await client.auth_test()
    assert time.monotonic() - started > 0.29


async def test_a_revoked_token(client, people, server):
    await people.post("faults", revoke_token=True)
    assert await error(client.auth_test()) == "token_revoked"
    assert await error(web_client(server).apps_connections_open(app_token=APP_TOKEN)) == "token_revoked"
    await people.post("faults")
    await client.auth_test()


async def test_unreadable_history(client, people):
    await people.post("faults", unreadable_history=True)
    assert await error(client.conversations_history(channel="C0GENERAL")) == "internal_error"
    await post(client)


async def test_things_that_happen_once(client, people):
    posted = await post(client)
    await people.post("faults", delete_message={"channel": "general", "ts": posted["ts"]})
    assert await people.messages("general") == []
    await people.post("faults", archive_channel="general")
    assert await error(post(client)) == "is_archived"
    missing = await people.post("faults", 404, delete_message={"channel": "general", "ts": posted["ts"]})
    assert posted["ts"] in missing["error"]


async def test_a_refused_websocket(server, people):
    opened = await web_client(server).apps_connections_open(app_token=APP_TOKEN)
    await people.post("faults", refuse_websocket=True)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])
        await people.post("faults")
        async with session.ws_connect(opened["url"]):
            pass


@pytest.mark.parametrize(("kind", "ids"), [("same_id", 1), ("new_id", 2)])
async def test_a_duplicated_event(app, run, people, kind, ids):
    seen = []

    @app.event("message")
    async def remember(body):
        seen.append(body["event_id"])

    async with run():
        await people.post("faults", duplicate_next_event=kind)
        for _ in range(2):
            await people.post("message", user="bo", channel="general", text="x", settle_seconds=0.05)
    assert len(seen) == 3
    assert len(set(seen[:2])) == ids


async def test_a_lost_ack(app, run, people):
    calls = []

    @app.command("/alerts")
    async def answer(ack):
        calls.append(1)
        await ack("done")

    async with run():
        await people.post("faults", lose_next_acks=1)
        lost = await people.post("command", user="bo", channel="general", command="/alerts")
        found = await people.post("command", user="bo", channel="general", command="/alerts", settle_seconds=0)
    assert (lost["acknowledged"], found["acknowledged"], len(calls)) == (False, True, 2)


async def test_muted_pings_make_bolt_reconnect(app, run, people):
    async with run(ping_interval=0.3):
        await people.post("faults", mute_pings=True)

        async def again() -> bool:
            return len(await people.calls("apps.connections.open")) > 1

        await people.until(again)
        await people.post("faults")


async def test_unknown_switches(people):
    assert "rate_limit_next" in (await people.post("faults", 400, rate_limit_nxt=1))["error"]
    assert "int" in (await people.post("faults", 400, rate_limit_next="many"))["error"]
    assert (await people.get("faults")) == {"rate_limits": False}
