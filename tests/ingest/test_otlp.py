"""OTLP over real HTTP: what an exporter is answered, what is stored once, and what is refused before it unfolds."""

import gzip
import json
import logging
import zlib

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from bot.errors import DatabaseBusy
from bot.ingest.tokens import Scope
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import TelemetrySettings
from tests.ingest.conftest import serving
from tests.ingest.otlp_messages import CANARY, NEWEST, as_json, as_protobuf, span
from tests.ingest.test_litellm import everything, stored

PATH = "/otlp/v1/traces"
PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
GZIP = {**PROTOBUF, "Content-Encoding": "gzip"}


def spans(count: int, start: int = 1) -> list[dict]:
    return [span(number) for number in range(start, start + count)]


async def send(api, body: bytes, headers: dict, status: int = 200):
    answer = await api.client.post(PATH, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer


async def test_protobuf_with_gzip_is_stored_once(api):
    body = gzip.compress(as_protobuf(spans(450)))
    for _ in range(2):
        answer = await send(api, body, GZIP)
        assert (answer.content, answer.headers["content-type"]) == (b"", "application/x-protobuf")
        assert await stored(api) == 450


@pytest.mark.parametrize("compress", [None, "gzip", "deflate"])
async def test_json_is_stored_once(api, compress):
    body = as_json(spans(3))
    headers = {**JSON, **({"Content-Encoding": compress} if compress else {})}
    written = {"gzip": gzip.compress(body), "deflate": zlib.compress(body)}.get(compress, body)
    for _ in range(2):
        answer = await send(api, written, headers)
        assert (answer.json(), answer.headers["content-type"]) == ({}, "application/json")
        assert await stored(api) == 3


async def test_both_encodings_tell_of_one_span(small_api):
    await send(small_api, as_protobuf(spans(2)), PROTOBUF)
    await send(small_api, as_json(spans(3)), JSON)
    assert await stored(small_api) == 3


async def test_a_span_counts_once_for_each_sender(small_api):
    await send(small_api, as_protobuf(spans(2)), PROTOBUF)
    async with await small_api.token_of("other", Scope.INGEST) as other:
        assert (await other.post(PATH, content=as_protobuf(spans(2)), headers=PROTOBUF)).status_code == 200
    assert await stored(small_api) == 4


async def test_a_partial_batch_says_what_was_not_taken(api):
    some = spans(4)
    some[1]["end_ns"] = 0
    some[2]["attributes"] = {**NEWEST, "gen_ai.usage.input_tokens": -1}
    some[3]["attributes"] = {"http.request.method": "GET"}
    told = ExportTraceServiceResponse.FromString((await send(api, as_protobuf(some), PROTOBUF)).content)
    assert told.partial_success.rejected_spans == 2
    assert "ends before it starts; input_tokens" in told.partial_success.error_message
    assert await stored(api) == 1
    partial = (await send(api, as_json(some), JSON)).json()["partialSuccess"]
    assert partial == {"rejectedSpans": "2", "errorMessage": told.partial_success.error_message}


async def test_a_span_of_the_future_is_told(small_api):
    start = int(small_api.database.clock.now().timestamp() + 7_200) * 10**9
    answer = await send(small_api, as_json([span(start_ns=start, end_ns=start + 1)]), JSON)
    assert "starts in the future" in answer.json()["partialSuccess"]["errorMessage"]


async def test_nothing_is_nothing(small_api):
    assert (await send(small_api, b"", PROTOBUF)).content == b""
    assert (await send(small_api, b"{}", JSON)).json() == {}
    assert (await send(small_api, b'{"resourceSpans": [{"scopeSpans": [{}]}]}', JSON)).json() == {}


async def test_no_prompt_is_kept_or_logged(api, caplog):
    caplog.set_level(logging.DEBUG)
    some = [span(n, status=2) for n in range(1, 4)]
    some[2]["attributes"] = {**NEWEST, "gen_ai.usage.input_tokens": CANARY}
    await send(api, as_json([*some, span(9, attributes={**NEWEST}, trace_id="11" * 16)], {"prompt": CANARY}), JSON)
    assert await stored(api) == 3
    assert CANARY not in caplog.text
    tables = await everything(api.database, known="0000000000000001")
    assert not [table for table, rows in tables.items() if CANARY in rows]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        pytest.param(b"\xff\xff\xff", PROTOBUF, 400, "invalid_protobuf", id="no protobuf"),
        pytest.param(b"[" * 100_000, JSON, 422, "invalid", id="nested too deep"),
        pytest.param(b"{", JSON, 400, "invalid_json", id="no JSON"),
        pytest.param(b"[]", JSON, 422, "invalid", id="no object"),
        pytest.param(b'{"resourceSpans": 7}', JSON, 422, "invalid", id="no array"),
        pytest.param(b'{"resourceSpans": [7]}', JSON, 422, "invalid", id="no resource"),
        pytest.param(b"plain", GZIP, 400, "invalid_compression", id="not gzip"),
        pytest.param(b"", GZIP, 400, "invalid_compression", id="empty gzip"),
        pytest.param(gzip.compress(b"")[:-1], GZIP, 400, "invalid_compression", id="truncated gzip"),
        pytest.param(gzip.compress(b"") * 2, GZIP, 400, "invalid_compression", id="two members"),
        pytest.param(b"", {**PROTOBUF, "Content-Encoding": "br"}, 415, "unsupported_media_type", id="brotli"),
        pytest.param(b"", {"Content-Type": "text/plain"}, 415, "unsupported_media_type", id="text"),
    ],
)
async def test_malformed_bodies_are_refused_precisely(small_api, body, headers, status, code):
    answer = await send(small_api, body, headers, status)
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["hint"]


async def test_of_a_malformed_message_nothing_is_stored(small_api):
    """Its sender gives it up as a whole, so it must not be there in part."""
    message = json.loads(as_json(spans(300)))
    message["resourceSpans"].append(7)
    await send(small_api, json.dumps(message).encode(), JSON, 422)
    assert await stored(small_api) == 0


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_refused_before_it_unfolds(small_api, encoding):
    bomb = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](bytes(200_000_000))
    assert len(bomb) < 250_000
    answer = await send(small_api, bomb, {**PROTOBUF, "Content-Encoding": encoding}, 413)
    assert "larger than 8,388,608 bytes when it is inflated" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("missing", "status"), [(0, 200), (1, 413)])
async def test_the_limit_is_to_the_byte(sqlite, missing, status):
    body = as_protobuf(spans(20))
    async with serving(sqlite, telemetry=TelemetrySettings(otlp_limit_bytes=len(body) - missing)) as api:
        await send(api, body, PROTOBUF, status)
        await send(api, gzip.compress(body), GZIP, status)


async def test_an_exporter_is_told_to_come_back(sqlite, monkeypatch):
    async def busy(self, calls, source):
        raise DatabaseBusy("busy")

    monkeypatch.setattr(TelemetryDesk, "receive", busy)
    async with serving(sqlite) as api:
        answer = await send(api, as_protobuf(spans(2)), PROTOBUF, 503)
        assert answer.headers["retry-after"] == "1"
