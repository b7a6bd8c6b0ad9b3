"""Signed HTTP delivery to a real bolt app behind a request URL."""

import asyncio
import contextlib
import socket

import pytest
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox.constants import SIGNING_SECRET

from .conftest import web_client
from .test_interactions import CARD


@contextlib.asynccontextmanager
async def listening(endpoint):
    """The address of a server with this one endpoint."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    web = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(web, lifespan="off", log_config=None, ws="none"))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
def signed_app(server) -> AsyncApp:
    return AsyncApp(client=web_client(server), signing_secret=SIGNING_SECRET)


async def test_commands_presses_and_events(signed_app, people, client):
    seen = []

    @signed_app.command("/alerts")
    async def alerts(ack, command):
        await ack(f"got {command['text']}")

    @signed_app.action("reject")
    async def reject(ack, body, respond):
        await ack()
        await respond("noted")

    @signed_app.event("message")
    async def message(event):
        seen.append(event["text"])

    handler = AsyncSlackRequestHandler(signed_app)
    async with listening(handler.handle) as url:
        assert (await people.post("delivery", request_url=url, verify=True))["mode"] == "http"
        command = await people.post("command", user="bo", channel="general", command="/alerts", text="x & ü")
        assert [message["text"] for message in command["ephemeral"]] == ["got x &amp; ü"]
        posted = await client.chat_postMessage(channel="C0GENERAL", text="c", blocks=CARD)
        press = await people.post("press", user="bo", channel="general", ts=posted["ts"], action_id="reject")
        assert [message["text"] for message in press["ephemeral"]] == ["noted"]
        assert (await people.post("message", user="bo", channel="general", text="hi"))["acknowledged"]
    assert seen == ["hi"]


async def test_signatures_hold_after_the_clock_was_advanced(signed_app, people):
    @signed_app.command("/alerts")
    async def alerts(ack):
        await ack("ok")

    async with listening(AsyncSlackRequestHandler(signed_app).handle) as url:
        await people.post("delivery", request_url=url)
        await people.post("clock", advance_seconds=7200)
        seen = await people.post("command", user="bo", channel="general", command="/alerts")
    assert seen["acknowledged"]


async def test_failures(people):
    async def refuse(request):
        seen.append(request.headers.get("x-slack-retry-num"))
        return PlainTextResponse("no", 500 if len(seen) == 1 else 200)

    seen: list[str | None] = []
    async with listening(refuse) as url:
        await people.post("delivery", request_url=url)
        await people.post("message", user="bo", channel="general", text="x", settle_seconds=0.2)
        assert seen == [None, "1"]
    gone = await people.post("command", user="bo", channel="general", command="/alerts")
    assert gone["error"] == '/alerts failed with the error "dispatch_failed"'
    dead = await people.post("delivery", 400, request_url=url, verify=True)
    assert "challenge" in dead["error"]
    elsewhere = await people.post("delivery", 400, request_url="http://example.com/")
    assert "127.0.0.1" in elsewhere["error"]


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (PlainTextResponse("no", 500), [None, "http_error"]),
        (PlainTextResponse("no", 500, {"X-Slack-No-Retry": "1"}), [None]),
        (PlainTextResponse("", 307, {"Location": "/slack/events"}), [None, "too_many_redirects"]),
    ],
)
async def test_reasons_of_a_retry(people, answer, reasons):
    async def refuse(request):
        if request.headers.get("x-slack-retry-reason") or not seen:
            seen.append(request.headers.get("x-slack-retry-reason"))
        assert request.headers["user-agent"].startswith("Slackbot 1.0")
        return answer

    seen: list[str | None] = []
    async with listening(refuse) as url:
        await people.post("delivery", request_url=url)
        await people.post("message", user="bo", channel="general", text="x", settle_seconds=0.2)
        # What follows comes in its own time.
        await asyncio.sleep(0.2)
    assert list(dict.fromkeys(seen)) == reasons


async def test_an_answer_that_is_no_json_is_none(people):
    async def garble(_request):
        return PlainTextResponse("{", media_type="application/json")

    async with listening(garble) as url:
        await people.post("delivery", request_url=url)
        seen = await people.post("command", user="bo", channel="general", command="/alerts")
    assert seen["error"] == '/alerts failed with the error "dispatch_failed"'


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:x/",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "http://127.0.0.1.example.com/",
        "ftp://localhost/",
        7,
    ],
)
async def test_an_address_that_is_none_is_refused(people, url):
    for verify in (True, False):
        assert "error" in await people.post("delivery", expect=400, request_url=url, verify=verify)
