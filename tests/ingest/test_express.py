"""The express way answers as the usual way does, to the letter, in the same order, and leaves all else to it."""

import asyncio
import gzip
import json
import re
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from bot.errors import DatabaseUnavailable
from bot.ingest.fast_lane import Express
from bot.ingest.telemetry import TelemetryIntake
from bot.ingest.tokens import Scope, create_token
from bot.right_of_way import RightOfWay
from tests.ingest.conftest import serving
from tests.ingest.test_telemetry import CALL, OUTCOME, PATH, as_lines, some, stored

JSON = {"Content-Type": "application/json"}
#: Once for either way, so that the second is not told of a duplicate.
FRESH = "@FRESH@"


def written(path, body: bytes, token: str | None, headers=JSON, method="POST", version="1.1") -> bytes:
    told = {"Host": "riskbot", **headers, "Content-Length": str(len(body))}
    if token is not None:
        told["Authorization"] = f"Bearer {token}"
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def call(**values) -> bytes:
    return json.dumps({**CALL, **values}).encode()


class Wire:
    """One connection, of which a test says what goes in which packet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, api) -> "Wire":
        host, port = api.base_url.removeprefix("http://").split(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.writer.write(packet)
            await self.writer.drain()
            await asyncio.sleep(0.02)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            status, *fields = head.split("\r\n")[:-2]
            headers = dict(field.lower().split(": ", 1) for field in fields)
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(status.split()[1]), headers, body

    async def is_at_its_end(self) -> bool:
        async with asyncio.timeout(20):
            return await self.reader.read() == b""


@pytest.fixture
def begun(monkeypatch) -> list[bool]:
    """Of each request that came to the express way, whether that took it."""
    seen = []
    begin = Express.begin

    def watched(self, *args):
        seen.append(begin(self, *args))
        return seen[-1]

    monkeypatch.setattr(Express, "begin", watched)
    return seen


async def known(api) -> Wire:
    """A connection behind a request whose token was proven."""
    wire = await Wire.to(api)
    await wire.send(written(PATH, call(id="known"), api.token))
    assert (await wire.answer())[0] == 200
    return wire


@pytest.mark.parametrize("path", ["calls", "tasks"])
async def test_a_whole_request_takes_it_and_is_durable(api, begun, path):
    item = {"calls": CALL, "tasks": OUTCOME}[path]
    wire = await known(api)
    for accepted in (1, 0):
        await wire.send(written(f"/v1/telemetry/{path}", json.dumps(item).encode(), api.token))
        status, _, body = await wire.answer()
        assert (status, json.loads(body)) == (200, {"accepted": accepted, "duplicates": 1 - accepted, "rejected": []})
    assert begun == [False, True, True], "nobody had proven the first one's token"


BODIES = {
    "a new call": call(id=FRESH),
    "a known call": call(id="known"),
    "with a NUL": call(id=FRESH, task_id="a\0b"),
    "an array": json.dumps([{**CALL, "id": FRESH}]).encode(),
    "lines": as_lines([{**CALL, "id": FRESH}, {**CALL, "id": FRESH + "2"}]),
    "no id": json.dumps({"model": "x"}).encode(),
    "a wrong number": call(id=FRESH, duration_seconds=-1),
    "a call of the future": call(id=FRESH, at="2096-01-01T00:00:00Z"),
    "broken": b'{"id": "c0"',
    "empty": b"",
    "behind a byte order mark": b"\xef\xbb\xbf" + call(id=FRESH),
    "too long for it": call(id=FRESH) + b" " * 17_000,
    "too long for us": b" " * 70_000,
}
HEADERS = {
    "with a charset": {"Content-Type": "application/json; charset=utf-8"},
    "of another kind": {"Content-Type": "text/plain"},
    "of no kind": {},
    "called compressed": {**JSON, "Content-Encoding": "gzip"},
    "with a query": {**JSON, "X-Query": "?x=1"},
}
TOKENS = {"no token": None, "a stranger's": "rb_12345678." + "a" * 43, "no scope": "reader", "expired": "short"}


async def both_ways(api, request) -> list[tuple]:
    """The answers to a request in one packet, and in two, of which the first has half the body."""
    answers = []
    for way in ("whole", "halves"):
        packet = request(way)
        at = packet.index(b"\r\n\r\n") + 4
        half = at + (len(packet) - at) // 2
        wire = await known(api)
        await wire.send(*([packet] if way == "whole" else [packet[:half], packet[half:]]))
        status, headers, body = await wire.answer()
        headers.pop("date")
        answers.append((status, headers, re.sub(rb'"reference":"[0-9a-f]+"', b"", body)))
        wire.writer.close()
    return answers


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_bodies_are_answered_as_on_the_usual_way(sqlite, body):
    async with serving(sqlite) as api:
        whole, halves = await both_ways(
            api, lambda way: written(PATH, body.replace(FRESH.encode(), way.encode()), api.token)
        )
        assert whole == halves


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_heads_are_answered_as_on_the_usual_way(small_api, headers):
    path = PATH + headers.get("X-Query", "")
    body = gzip.compress(call(id="x")) if "Content-Encoding" in headers else None
    whole, halves = await both_ways(
        small_api, lambda way: written(path, body or call(id=way), small_api.token, headers)
    )
    assert whole == halves


@pytest.mark.parametrize("which", TOKENS.values(), ids=TOKENS)
async def test_tokens_are_answered_as_on_the_usual_way(small_api, which):
    made = {
        "reader": await create_token(small_api.database, name="reader", scopes=[Scope.READ]),
        "short": await create_token(
            small_api.database, name="short", scopes=list(Scope), expires_in=timedelta(seconds=0)
        ),
    }
    token = made[which].text if which in made else which
    whole, halves = await both_ways(small_api, lambda way: written(PATH, call(id=way), token))
    assert whole == halves
    assert whole[0] in {401, 403}


@pytest.mark.parametrize("name", ["Authorization", "Content-Type"])
async def test_of_a_field_that_comes_twice_the_first_counts_on_both(small_api, name):
    def doubled(way: str) -> bytes:
        packet = written(PATH, call(id=way), small_api.token)
        return packet.replace(f"{name}: ".encode(), f"{name}: nonsense\r\n{name}: ".encode())

    whole, halves = await both_ways(small_api, doubled)
    assert whole == halves
    assert whole[0] in {401, 415}


async def test_a_token_that_ends_is_refused_on_it_too(sqlite, begun):
    async with serving(sqlite) as api:
        token = (await create_token(sqlite, name="short", scopes=[Scope.INGEST], expires_in=timedelta(seconds=1))).text
        wire = await Wire.to(api)
        await wire.send(written(PATH, call(id="a"), token), written(PATH, call(id="b"), token))
        assert [(await wire.answer())[0] for _ in range(2)] == [200, 200]
        await asyncio.sleep(1.1)
        await wire.send(written(PATH, call(id="c"), token))
        assert (await wire.answer())[0] == 401
    assert begun == [False, True, False]


async def test_requests_behind_each_other_are_answered_in_their_order(small_api, begun):
    """An express one, one that comes before its answer, one of another path, and a last one."""
    wire = await known(small_api)
    requests = [
        written(PATH, call(id="1"), small_api.token),
        written(PATH, call(id="1"), small_api.token),
        written("/livez", b"", None, method="GET"),
        written(PATH, json.dumps(some(3)).encode(), small_api.token),
    ]
    await wire.send(b"".join(requests))
    answers = [await wire.answer() for _ in requests]
    accepted = [json.loads(body).get("accepted") for _, _, body in answers]
    assert accepted == [1, 0, None, 3]
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


async def test_methods_that_are_none(small_api):
    wire = await known(small_api)
    await wire.send(written(PATH, call(), small_api.token, method="PUT"))
    assert (await wire.answer())[0] == 405


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


async def test_a_database_that_is_gone_is_503_and_comes_back(api, begun, monkeypatch):
    async def gone(_work, **_options):
        raise DatabaseUnavailable("disk full")

    wire = await known(api)
    with monkeypatch.context() as patched:
        patched.setattr(api.database._engine, "write", gone)
        await wire.send(written(PATH, call(), api.token))
        status, headers, body = await wire.answer()
        assert (status, headers["retry-after"]) == (503, "5")
        assert json.loads(body)["error"]["code"] == "database_unavailable"
    await wire.send(written(PATH, call(), api.token))
    assert json.loads((await wire.answer())[2])["accepted"] == 1
    assert begun == [False, True, True]


async def test_our_own_fault_is_told_without_its_details(small_api, monkeypatch, caplog):
    async def broken(_work, **_options):
        raise ValueError("secret")

    wire = await known(small_api)
    with monkeypatch.context() as patched:
        patched.setattr(small_api.database._engine, "write", broken)
        await wire.send(written(PATH, call(), small_api.token))
        status, _, body = await wire.answer()
    assert status == 500
    assert b"secret" not in body
    assert json.loads(body)["error"]["reference"] in str([record.__dict__ for record in caplog.records])


async def test_a_press_goes_first(small_api, begun):
    wire = await known(small_api)
    held = RightOfWay.is_taken
    try:
        RightOfWay.is_taken = property(lambda _self: True)
        await wire.send(written(PATH, call(), small_api.token))
        assert (await wire.answer())[0] == 200
    finally:
        RightOfWay.is_taken = held
    assert begun == [False, False]


async def test_it_is_counted(small_api):
    wire = await known(small_api)
    await wire.send(written(PATH, call(), small_api.token))
    await wire.answer()
    shown = (await small_api.client.get("/metrics")).text
    assert f'riskbot_http_requests_total{{method="POST",route="{PATH}",status="200"}} 2.0' in shown
    assert 'riskbot_intake_items_total{outcome="accepted",sender="calls"} 2.0' in shown


async def test_a_sender_that_leaves_with_two_requests_under_way_is_no_fault(small_api, caplog):
    await known(small_api)
    for number in range(20):
        wire = await Wire.to(small_api)
        express = written(PATH, call(id=f"left{number}"), small_api.token)
        wire.writer.write(express + written("/livez", b"", None, method="GET"))
        await wire.writer.drain()
        wire.writer.transport.abort()
    async with asyncio.timeout(20):
        while await stored(small_api) < 21:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_body_in_chunks_goes_the_usual_way(small_api, begun):
    wire = await known(small_api)
    body = call(id="chunks")
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    packet = written(PATH, b"", small_api.token, {**JSON, "Transfer-Encoding": "chunked"})
    await wire.send(packet.replace(b"Content-Length: 0\r\n", b"") + chunks)
    status, _, told = await wire.answer()
    assert (status, json.loads(told)["accepted"]) == (200, 1)
    assert begun == [False], "only the first one was looked at"


async def test_a_fault_in_the_beginning_is_told_as_one_of_ours(small_api, monkeypatch):
    wire = await known(small_api)
    with monkeypatch.context() as patched:
        patched.setattr(TelemetryIntake, "_latest", lambda _self: 1 / 0)
        await wire.send(written(PATH, call(), small_api.token))
        status, _, body = await wire.answer()
    assert (status, json.loads(body)["error"]["code"]) == (500, "internal")


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
