"""Socket Mode: tickets, hello, acknowledgements, turns, disconnects, retries, pings."""

import asyncio
import contextlib
import json

import aiohttp
import pytest

from bot.sandbox.constants import APP_TOKEN, LINK_LIFETIME_SECONDS

from .conftest import web_client


@pytest.fixture
async def link(server):
    """`await link()` opens one more Socket Mode link by hand and reads its hello."""
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def connect():
            opened = await web_client(server).apps_connections_open(app_token=APP_TOKEN)
            socket = await stack.enter_async_context(session.ws_connect(opened["url"], autoping=False))
            return socket, await socket.receive_json(timeout=2)

        yield connect


async def heard(socket) -> dict:
    return await socket.receive_json(timeout=2)


async def test_hello_and_single_use_tickets(link, server):
    _, hello = await link()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": "A0SANDBOX"}
    opened = await web_client(server).apps_connections_open(app_token=APP_TOKEN)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(opened["url"])
    assert caught.value.status == 403


async def test_pings_come_back_verbatim(link):
    socket, _ = await link()
    await socket.ping(b"sdk-ping-pong:1.5")
    frame = await socket.receive(timeout=2)
    assert (frame.type, bytes(frame.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1.5")


async def test_muted_pings_stay_unanswered(link, people):
    socket, _ = await link()
    await people.post("faults", mute_pings=True)
    await socket.ping(b"x")
    with pytest.raises(TimeoutError):
        await socket.receive(timeout=0.3)


async def test_envelopes_take_turns_and_acks_count_from_any_link(link, people):
    sockets = [(await link())[0], (await link())[0]]
    receivers = []
    for _ in range(4):
        command = asyncio.create_task(
            people.post("command", user="bo", channel="general", command="/alerts", settle_seconds=0)
        )
        reads = [asyncio.create_task(heard(socket)) for socket in sockets]
        done, pending = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        envelope = done.copy().pop().result()
        receiver = reads.index(done.pop())
        receivers.append(receiver)
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        # Acknowledged by the other link, with the empty payload some clients send.
        await sockets[1 - receiver].send_str(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {}}))
        assert (await command)["acknowledged"]
    assert sorted(receivers) == [0, 0, 1, 1]


async def test_ten_links_at_most(link):
    for _ in range(10):
        await link()
    _, answer = await link()
    assert (answer["type"], answer["reason"]) == ("disconnect", "too_many_websockets")


async def test_link_disabled_closes_at_once(link, people):
    socket, _ = await link()
    await people.post("faults", disconnect="link_disabled")
    assert (await heard(socket))["reason"] == "link_disabled"
    assert (await socket.receive(timeout=2)).type == aiohttp.WSMsgType.CLOSE


async def test_no_link_lives_for_ever(link, server, people):
    server.sandbox.socket_mode.link_lifetime_seconds = 0.2
    try:
        socket, hello = await link()
        assert hello["debug_info"]["approximate_connection_time"] == 0
        assert (await heard(socket))["reason"] == "warning"
    finally:
        server.sandbox.socket_mode.link_lifetime_seconds = LINK_LIFETIME_SECONDS


async def test_unknown_reason(people):
    assert "refresh_requested" in (await people.post("faults", 400, disconnect="tea break"))["error"]


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_bolt_comes_back_after_a_disconnect(app, run, people, reason):
    @app.command("/alerts")
    async def answer(ack):
        await ack("here")

    async with run():
        opened = len(await people.calls("apps.connections.open"))
        await people.post("faults", disconnect=reason)

        async def reopened() -> bool:
            return len(await people.calls("apps.connections.open")) > opened

        await people.until(reopened)
        await people.connected()
        seen = await people.post("command", user="bo", channel="general", command="/alerts", settle_seconds=0)
    assert [message["text"] for message in seen["ephemeral"]] == ["here"]


async def test_an_event_is_delivered_again(link, people):
    socket, _ = await link()
    sent = asyncio.create_task(people.post("message", user="bo", channel="general", text="x", settle_seconds=0))
    first = await heard(socket)
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    second = await socket.receive_json(timeout=4)
    assert not (await sent)["acknowledged"]
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert second["payload"]["event_id"] == first["payload"]["event_id"]
    assert second["envelope_id"] != first["envelope_id"]
    await asyncio.sleep(3.2)
    await people.post("clock", advance_seconds=61)
    third = await socket.receive_json(timeout=2)
    assert third["retry_attempt"] == 2
    await socket.send_str(json.dumps({"envelope_id": third["envelope_id"]}))


async def test_accepts_response_payload_only_where_an_answer_helps(link, people):
    socket, _ = await link()
    shortcut = asyncio.create_task(people.post("shortcut", user="bo", callback_id="x", settle_seconds=0))
    envelope = await heard(socket)
    assert envelope["accepts_response_payload"] is False
    await socket.send_str(json.dumps({"envelope_id": envelope["envelope_id"]}))
    assert (await shortcut)["acknowledged"]
