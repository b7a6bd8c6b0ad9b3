"""Connections with express requests on them: order, ends, senders that leave, and packets cut anywhere."""

import asyncio
import json
from itertools import pairwise
from random import Random

import pytest

from bot.wiring.express import ExpressProtocol
from tests.ingest.test_telemetry import CALL, PATH, some, stored
from tests.ingest.wire import JSON, Wire, call, known, written


@pytest.fixture
def protocols(monkeypatch) -> list[ExpressProtocol]:
    """The server's ends of the connections."""
    seen = []
    made = ExpressProtocol.connection_made
    monkeypatch.setattr(
        ExpressProtocol, "connection_made", lambda self, transport: (seen.append(self), made(self, transport))
    )
    return seen


async def test_requests_behind_each_other_are_answered_in_their_order(small_api, begun):
    """An express one, one that comes before its answer, one of another path, and a last one."""
    wire = await known(small_api)
    requests = [
        written(PATH, call(id="1"), small_api.token),
        written(PATH, call(id="1"), small_api.token),
        written("/healthz", b"", None, method="GET"),
        written(PATH, json.dumps(some(3)).encode(), small_api.token),
    ]
    await wire.send(b"".join(requests))
    answers = [await wire.answer() for _ in requests]
    assert [status for status, _, _ in answers] == [200] * 4
    assert [json.loads(body).get("accepted") for _, _, body in answers] == [1, 0, None, 3]
    await wire.send(written(PATH, call(id="5"), small_api.token))
    assert (await wire.answer())[0] == 200
    assert begun == [False, True, True], "whatever waits behind another one goes the usual way"


@pytest.mark.parametrize(("version", "headers"), [("1.0", {}), ("1.1", {"Connection": "close"})])
async def test_a_connection_that_is_to_end_ends_behind_its_answer(small_api, version, headers):
    wire = await known(small_api)
    await wire.send(written(PATH, call(), small_api.token, {**JSON, **headers}, version=version))
    status, told, _ = await wire.answer()
    assert (status, told["connection"]) == (200, "close")
    assert await wire.is_at_its_end()


async def test_a_sender_that_asks_first_is_told_to_go_on(small_api):
    wire = await known(small_api)
    packet = written(PATH, call(), small_api.token, {**JSON, "Expect": "100-continue"})
    at = packet.index(b"\r\n\r\n") + 4
    await wire.send(packet[:at])
    assert (await wire.answer())[0] == 100
    await wire.send(packet[at:])
    assert (await wire.answer())[0] == 200


async def test_what_a_sender_that_left_has_sent_is_stored(api):
    await known(api)
    for number in range(20):
        wire = await Wire.to(api)
        wire.writer.write(written(PATH, call(id=f"left{number}"), api.token))
        await wire.writer.drain()
        wire.writer.close()
        await wire.writer.wait_closed()
    async with asyncio.timeout(20):
        while await stored(api) < 21:
            await asyncio.sleep(0.01)
    wire = await known(api)
    await wire.send(written(PATH, call(id="after"), api.token))
    assert (await wire.answer())[0] == 200


async def test_a_body_that_never_comes_leaves_the_others_alone(small_api):
    wire, other = await known(small_api), await known(small_api)
    packet = written(PATH, call(id="late"), small_api.token)
    await wire.send(packet[:-5])
    await other.send(written(PATH, call(id="other"), small_api.token))
    assert (await other.answer())[0] == 200
    await wire.send(packet[-5:])
    assert (await wire.answer())[0] == 200


@pytest.mark.parametrize("first", ["express", "usual"])
async def test_a_sender_that_leaves_with_two_requests_under_way_is_no_fault(small_api, caplog, first):
    await known(small_api)
    for number in range(40):
        wire = await Wire.to(small_api)
        body = call(id=f"left{number}")
        ours = written(PATH, body if first == "express" else b"[%b]" % body, small_api.token)
        wire.writer.write(ours + written("/healthz", b"", None, method="GET"))
        await wire.writer.drain()
        wire.writer.transport.abort()
    if first == "express":
        async with asyncio.timeout(20):
            while await stored(small_api) < 41:
                await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_who_takes_no_answers_is_not_asked_for_more(small_api, begun, protocols):
    wire = await known(small_api)
    protocols[0].flow.pause_writing()
    await wire.send(written(PATH, call(), small_api.token))
    assert begun == [False], "the second one went the usual way, which waits until its answer can be written"
    protocols[0].flow.resume_writing()
    assert (await wire.answer())[0] == 200


async def test_nobody_proves_who_they_are_behind_the_body(small_api):
    wire = await known(small_api)
    head = written(PATH, b"", None, {**JSON, "Transfer-Encoding": "chunked", "Trailer": "Authorization"})
    body = call()
    chunk = b"%x\r\n%b\r\n0\r\nAuthorization: Bearer %b\r\n\r\n" % (len(body), body, small_api.token.encode())
    await wire.send(head.replace(b"Content-Length: 0\r\n", b"") + chunk)
    assert (await wire.answer())[0] == 401


async def test_nothing_of_a_body_is_kept(small_api, protocols):
    wire = await known(small_api)
    await wire.send(written(PATH, call(id="1"), small_api.token), written(PATH, b" " * 70_000, small_api.token))
    assert [(await wire.answer())[0] for _ in range(2)] == [200, 400]
    assert protocols[0]._body == b""


async def test_a_body_in_chunks_goes_the_usual_way(small_api, begun):
    wire = await known(small_api)
    body = call(id="chunks")
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    packet = written(PATH, b"", small_api.token, {**JSON, "Transfer-Encoding": "chunked"})
    await wire.send(packet.replace(b"Content-Length: 0\r\n", b"") + chunks)
    status, _, told = await wire.answer()
    assert (status, json.loads(told)["accepted"]) == (200, 1)
    assert begun == [False], "only the first one was looked at"


async def test_what_breaks_off_in_its_body_is_answered_once(small_api):
    wire = await known(small_api)
    head = written(PATH, b"", small_api.token, {**JSON, "Transfer-Encoding": "chunked"})
    await wire.send(head.replace(b"Content-Length: 0\r\n", b"") + b"5\r\n{    \r\nno length\r\n")
    status, told, _ = await wire.answer()
    assert (status, told["connection"]) == (400, "close")
    assert await wire.is_at_its_end()


@pytest.mark.parametrize("seed", range(12))
async def test_however_the_packets_are_cut_every_request_has_its_answer_in_its_turn(small_api, seed):
    random = Random(seed)
    wire = await known(small_api)
    token, expected, stream = small_api.token, [], b""
    for number in range(random.randrange(2, 9)):
        body, status, accepted = random.choice(
            [
                (call(id=f"{seed}-{number}"), 200, 1),
                (call(id="known"), 200, 0),
                (json.dumps([{**CALL, "id": f"{seed}-{number}"}]).encode(), 200, 1),
                (b"{", 400, None),
                (b"", 400, None),
                (b"[]", 200, 0),
            ]
        )
        expected.append((status, accepted))
        stream += written(PATH, body, token)
    cuts = sorted(random.choices(range(len(stream)), k=random.randrange(6)))
    await wire.send(*(stream[at:end] for at, end in pairwise([0, *cuts, len(stream)])))
    answers = [await wire.answer() for _ in expected]
    assert [(status, json.loads(body).get("accepted")) for status, _, body in answers] == expected
