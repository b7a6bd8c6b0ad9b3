"""The express way answers as the usual way does, to the letter, in the same order, and leaves all else to it."""

import asyncio
import gzip
import json
import re
from datetime import timedelta

import pytest

from bot.errors import DatabaseUnavailable
from bot.ingest.telemetry import TelemetryIntake
from bot.ingest.tokens import Scope, create_token
from bot.right_of_way import RightOfWay
from bot.settings import TelemetrySettings
from tests.ingest.conftest import serving
from tests.ingest.test_telemetry import CALL, OUTCOME, PATH, as_lines
from tests.ingest.wire import JSON, Wire, call, known, written

#: Once for either way, so that the second is not told of a duplicate.
FRESH = "@FRESH@"


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
    "blanks": b" " * 70_000,
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


async def test_a_small_limit_holds_on_both_ways(sqlite):
    async with serving(sqlite, telemetry=TelemetrySettings(body_limit_bytes=300)) as api:
        for spaces, status in ((0, 200), (300, 413)):
            whole, halves = await both_ways(
                api, lambda way, spaces=spaces: written(PATH, call(id=way) + b" " * spaces, api.token)
            )
            assert whole == halves
            assert whole[0] == status


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


async def test_methods_that_are_none(small_api):
    wire = await known(small_api)
    await wire.send(written(PATH, call(), small_api.token, method="PUT"))
    assert (await wire.answer())[0] == 405


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


async def test_a_press_goes_first(small_api, begun, monkeypatch):
    wire = await known(small_api)
    with monkeypatch.context() as patched:
        patched.setattr(RightOfWay, "is_taken", property(lambda _self: True))
        await wire.send(written(PATH, call(), small_api.token))
        assert (await wire.answer())[0] == 200
    assert begun == [False, False]


async def test_it_is_counted(small_api):
    wire = await known(small_api)
    await wire.send(written(PATH, call(), small_api.token))
    await wire.answer()
    shown = (await small_api.client.get("/metrics")).text
    assert f'riskbot_http_requests_total{{method="POST",route="{PATH}",status="200"}} 2.0' in shown
    assert 'riskbot_intake_items_total{outcome="accepted",sender="calls"} 2.0' in shown


async def test_a_fault_in_the_beginning_is_told_as_one_of_ours(small_api, monkeypatch):
    wire = await known(small_api)
    with monkeypatch.context() as patched:
        patched.setattr(TelemetryIntake, "_latest", lambda _self: 1 / 0)
        await wire.send(written(PATH, call(), small_api.token))
        status, _, body = await wire.answer()
    assert (status, json.loads(body)["error"]["code"]) == (500, "internal")
