"""The page's socket and files."""

import asyncio
import json

import websockets.asyncio.client


def address(server) -> str:
    return server.url.replace("http", "ws") + "/ui"


async def events(page, *names: str) -> dict[str, dict]:
    """The first event of each name."""
    found: dict[str, dict] = {}
    while set(names) - set(found):
        frame = json.loads(await asyncio.wait_for(page.recv(), 3))
        found.setdefault(frame.get("event", frame["type"]), frame)
    return found


async def test_every_kind_of_event(server, client, people):
    async with websockets.asyncio.client.connect(address(server), proxy=None) as page:
        first = json.loads(await page.recv())
        assert set(first) >= {"state", "commands", "team", "bot_user_id", "clock", "traffic"}
        posted = await client.chat_postMessage(channel="C0GENERAL", text="x")
        await client.chat_delete(channel="C0GENERAL", ts=posted["ts"])
        await client.chat_postEphemeral(channel="C0GENERAL", user="U0BO", text="x")
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        await client.views_publish(user_id="U0BO", view=home)
        await client.conversations_setTopic(channel="C0GENERAL", topic="t")
        await people.post("command", user="bo", channel="general", command="/alerts", settle_seconds=0)
        await people.post("clock", advance_seconds=5)
        seen = await events(
            page, "message", "message_deleted", "ephemeral", "home", "channel", "notice", "call", "clock"
        )
        assert seen["notice"]["text"] == '/alerts failed with the error "dispatch_failed"'
        assert seen["clock"]["offset_seconds"] >= 5
        assert seen["call"]["call"]["method"] == "chat.postMessage"
        await people.post("reset")
        assert (await events(page, "state"))["state"]["state"]["ephemeral"] == []


async def test_a_page_that_does_not_read_stops_nothing(server, client):
    async with websockets.asyncio.client.connect(address(server), proxy=None, max_queue=1, close_timeout=0.1) as page:
        text = "x" * 30_000
        for _ in range(300):
            await client.chat_postMessage(channel="C0GENERAL", text=text)
        assert page


async def test_files(server, people):
    assert (await people._http.get(server.url)).status_code == 200
    assert (await people._http.get(server.url + "/page/../server.py")).status_code == 404
