"""Whatever is wrong with a request, the caller is told in one form, with the way out, and never a traceback."""

import asyncio
import fcntl
import json
import logging
import tracemalloc

import pytest
from pydantic import BaseModel, ConfigDict
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.errors import DatabaseBusy, DatabaseUnavailable, SettingsError
from bot.ingest import bodies
from bot.ingest.bodies import json_body
from bot.ingest.endpoint import Endpoint, Reply, Told
from bot.ingest.tokens import Scope
from bot.settings import HttpSettings
from bot.store.database import Database
from bot.store.open import sqlite_path
from bot.store.sqlite import SqliteEngine
from tests.ingest.conftest import ALERT, serving

JSON = {"Content-Type": "application/json"}


def error_of(answer, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert {"code", "message", "hint", "reference"} <= error.keys()
    assert len(error["reference"]) == 12
    assert "Traceback" not in answer.text
    return error


BODIES = {
    "nothing": (b"", 400, "no JSON"),
    "no JSON": (b"{", 400, "no JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
    "two documents": (b"{} {}", 400, "Extra data"),
    "a raw NUL": (b'{"a": "\0"}', 400, "Invalid control character"),
    "no UTF-8": (b'{"a": "\xff"}', 400, "not UTF-8 at byte 7"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), 400, "not UTF-8"),
    "not a number": (b"[NaN]", 400, "NaN is no JSON number"),
    "an endless number": (b"[" + b"9" * 5_000 + b"]", 400, "no JSON"),
    "deep": (b"[" * 51 + b"]" * 51, 422, "deeper than 50"),
    "very deep": (b"[" * 100_000, 422, "deeper than 50"),
    "very deep, and whole": (b"[" * 100_000 + b"]" * 100_000, 422, "deeper than 50"),
    "deep objects": (b'{"a":' * 120_00 + b"1" + b"}" * 120_00, 422, "deeper than 50"),
    "null": (b"null", 422, "an alert (an object) or an array"),
    "text": (b'"firing"', 422, "an alert (an object) or an array"),
}


@pytest.mark.parametrize(("body", "status", "said"), BODIES.values(), ids=BODIES.keys())
async def test_bodies_that_are_none(small_api, body, status, said):
    answer = await small_api.client.post("/v1/alerts", content=body, headers=JSON)
    assert said in error_of(answer, status)["message"]
    hook = await small_api.client.post("/v1/hooks/alertmanager", content=body, headers=JSON)
    error_of(hook, status)


async def test_fifty_levels_are_not_too_deep(small_api):
    answer = await small_api.client.post("/v1/alerts", content=b"[" * 50 + b"]" * 50, headers=JSON)
    assert error_of(answer, 422)["rejected"][0]["error"] == "it must be an object"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json; charset=UTF-8"}, 200),
        ({"Content-Type": "application/vnd.x+json"}, 200),
        ({"Content-Type": "application/json", "Content-Encoding": "identity"}, 200),
        ({}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=latin-1"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip, identity"}, 415),
    ],
)
async def test_kinds_of_body(small_api, headers, status):
    answer = await small_api.client.post("/v1/alerts", content=json.dumps(ALERT), headers=headers)
    assert answer.status_code == status
    if status == 415:
        assert "Content-Type: application/json" in error_of(answer, 415)["hint"]


async def test_a_body_that_says_it_is_too_large_is_not_read(sqlite):
    async with serving(sqlite, HttpSettings(body_limit_bytes=1_000)) as api:
        for path in ("/v1/alerts", "/v1/hooks/alertmanager"):
            answer = await api.client.post(path, content=b" " * 1_001, headers=JSON)
            assert "1,000 bytes" in error_of(answer, 413)["message"]
        assert (await api.client.post("/v1/alerts", content=b"[]".ljust(1_000), headers=JSON)).status_code == 200


async def test_a_body_without_a_length_is_kept_no_further_than_the_limit(small_api):
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 30_000_000:
            sent += 65_536
            yield b" " * 65_536

    tracemalloc.start()
    try:
        answer = await small_api.client.post("/v1/alerts", content=endless(), headers=JSON)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    error_of(answer, 413)
    # The rest is let through and dropped, so that the caller hears the answer instead of a broken connection.
    assert peak < 5_000_000


async def test_a_body_that_trickles_is_given_up(small_api, monkeypatch):
    monkeypatch.setattr(bodies, "READ_SECONDS", 0.1)

    async def trickle():
        yield b"["
        await asyncio.sleep(0.5)
        yield b"]"

    error_of(await small_api.client.post("/v1/alerts", content=trickle(), headers=JSON), 408)


async def test_without_a_token_nothing_is_read_or_done(small_api):
    async with small_api.with_token(None) as stranger:
        for method, path in (("POST", "/v1/alerts"), ("GET", "/v1/alerts"), ("POST", "/v1/alerts/1/resolve")):
            answer = await stranger.request(method, path)
            assert error_of(answer, 401)["code"] == "unauthenticated"
            assert answer.headers["www-authenticate"] == 'Bearer realm="riskbot"'
    async with small_api.with_token("rb_00000000." + "x" * 43) as stranger:
        answer = await stranger.post("/v1/alerts", content=b" " * 300_000)
        error_of(answer, 401)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/alerts/", "/v1/alert", "/v1/alerts/1", "/docs/../etc/passwd", "/%00", "/%ff%fe", "/docs/x/y"],
)
async def test_paths_that_are_none(small_api, path):
    for method in ("GET", "POST", "TRACE"):
        assert error_of(await small_api.client.request(method, path), 404)["hint"] == "/docs lists every call."


async def test_methods_that_are_none(small_api):
    answer = await small_api.client.delete("/v1/alerts")
    error_of(answer, 405)
    assert answer.headers["allow"] == "GET, POST"
    error_of(await small_api.client.request("TRACE", "/healthz"), 405)
    error_of(await small_api.client.options("/v1/hooks/alertmanager"), 405)
    assert (await small_api.client.head("/healthz")).status_code == 200


def broken(path: str, error: Exception) -> Endpoint:
    async def handler(_call):
        raise error

    return Endpoint(
        method="GET", path=path, scope=Scope.READ, tag="t", summary="s", description="d", handler=handler, answers={}
    )


FAULTS = {
    "/busy": (DatabaseBusy("waited at /secret/place"), 503, "database_busy", "1"),
    "/away": (DatabaseUnavailable("postgresql://me:hunter2@db.internal refused"), 503, "database_unavailable", "5"),
    "/settings": (SettingsError("the key sk-123 is wrong"), 500, "internal", None),
    "/bug": (KeyError("hunter2"), 500, "internal", None),
    "/group": (ExceptionGroup("many", [ValueError("hunter2")]), 500, "internal", None),
}


async def test_our_own_faults_are_told_without_their_details(sqlite, caplog):
    caplog.set_level(logging.INFO)
    endpoints = [broken(path, error) for path, (error, *_) in FAULTS.items()]
    async with serving(sqlite, endpoints=endpoints) as api:
        for path, (error, status, code, retry_after) in FAULTS.items():
            answer = await api.client.get(path)
            told = error_of(answer, status)
            assert (told["code"], answer.headers.get("retry-after")) == (code, retry_after)
            assert not any(word in answer.text for word in ("hunter2", "secret", "internal.", "sk-123", str(error)))
            [logged] = [each for each in caplog.records if getattr(each, "reference", "") == told["reference"]]
            assert logged.levelno >= logging.WARNING
            assert error.args[0] in (logged.message + repr(logged.exc_info))


async def test_refusals_are_logged_under_their_reference(small_api, caplog):
    caplog.set_level(logging.INFO)
    error = error_of(await small_api.client.post("/v1/alerts", content=b"{", headers=JSON), 400)
    [logged] = [each for each in caplog.records if getattr(each, "reference", "") == error["reference"]]
    assert (logged.levelno, logged.where, logged.code) == (logging.INFO, "POST /v1/alerts", "invalid_json")


class Parcel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    weight: int
    note: str = ""


async def test_one_object_of_our_own_shape(sqlite):
    async def handler(call):
        return Reply(call.body, 201, {"Location": "/parcels/1"})

    endpoint = Endpoint(
        method="POST",
        path="/parcels",
        scope=Scope.DEPLOY,
        tag="t",
        summary="s",
        description="d",
        handler=handler,
        body=json_body(Parcel, 100),
        answers={201: Told("It is there.", Parcel)},
    )
    async with serving(sqlite, endpoints=[endpoint]) as api:
        made = await api.client.post("/parcels", json={"weight": 3})
        assert (made.status_code, made.headers["location"], made.json()) == (
            201,
            "/parcels/1",
            {"weight": 3, "note": ""},
        )
        wrong = await api.client.post("/parcels", json={"weihgt": 3})
        said = error_of(wrong, 422)["message"]
        assert said == "The body is not as expected: weight is missing; weihgt is no known field; did you mean weight?"
        error_of(await api.client.post("/parcels", json={"weight": 3, "note": "x" * 100}), 413)
        assert "/parcels" in (await api.client.get("/openapi.json")).json()["paths"]


async def test_a_database_that_is_gone_is_503_and_comes_back(api, monkeypatch):
    async def gone(_work, **_options):
        raise DatabaseUnavailable("disk full")

    assert (await api.send(ALERT)).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(api.database._engine, "write", gone)
        answer = await api.send({**ALERT, "alert": "Second"})
        assert error_of(answer, 503)["code"] == "database_unavailable"
    assert (await api.send({**ALERT, "alert": "Second"})).json()["accepted"] == 1


async def test_routes_of_others_are_served_as_they_are(sqlite):
    async def hello(_request):
        return PlainTextResponse("hello")

    async with serving(sqlite, extra_routes=[Route("/slack/events", hello, methods=["POST"])]) as api:
        assert (await api.client.post("/slack/events")).text == "hello"
        error_of(await api.client.get("/slack/events"), 405)


async def test_a_caller_that_leaves_in_the_middle_of_a_body_is_no_fault(small_api, caplog):
    port = int(small_api.base_url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {small_api.token}\r\nContent-Length: 100\r\n\r\n["
    writer.write(head.encode())
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.sleep(0.05)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert (await small_api.send(ALERT)).status_code == 200


async def test_while_another_process_writes_too_long_the_answer_is_503_and_every_200_is_a_row(sqlite_url, clock):
    path = sqlite_path(sqlite_url)
    database = Database(SqliteEngine(path, queue_seconds=0.3), clock)
    async with serving(database) as api:
        with path.with_name(f"{path.name}.write.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            sent = [{**ALERT, "labels": {"model": f"m{n}"}} for n in range(20)]
            held = await asyncio.gather(*[api.send(each) for each in sent[:10]])
        for answer in held:
            assert error_of(answer, 503)["code"] == "database_busy"
            assert answer.headers["retry-after"] == "1"
        assert await api.shown() == []
        assert {answer.status_code for answer in await asyncio.gather(*[api.send(each) for each in sent])} == {200}
        assert len(await api.shown()) == 20
    await database.close()
