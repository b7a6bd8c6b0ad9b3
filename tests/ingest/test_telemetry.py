"""Telemetry over real HTTP: what is answered is durable, every item is accounted for, and nothing counts twice."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.errors import DatabaseBusy
from bot.ingest import telemetry
from bot.ingest.tokens import Scope
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import HttpSettings, TelemetrySettings
from bot.store.telemetry import calls as store
from bot.store.telemetry import outcomes
from riskengine.windows import Window, minute_of
from tests.ingest.conftest import serving

PATH = "/v1/telemetry/calls"
NDJSON = {"Content-Type": "application/x-ndjson"}
CALL = {
    "id": "c0",
    "at": "2026-03-01T12:00:00Z",
    "model": "glm-4.5",
    "provider": "z_ai",
    "duration_seconds": 1.25,
    "input_tokens": 100,
    "output_tokens": 20,
}
OUTCOME = {
    "id": "o0",
    "at": "2026-03-01T12:00:00Z",
    "task_id": "t",
    "role": "critic",
    "model": "glm-4.5",
    "completed": True,
}


def some(count: int, start: int = 0, **values) -> list[dict]:
    return [{**CALL, "id": f"c{number}", **values} for number in range(start, start + count)]


def as_lines(items) -> bytes:
    return "".join(json.dumps(item) + "\n" for item in items).encode()


async def stored(api) -> int:
    return await api.database.read(store.count)


async def post(api, body, path=PATH, **options) -> dict:
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = await api.client.post(path, **content, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(api, body, path=PATH, **options) -> tuple[int, dict]:
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = await api.client.post(path, **content, **options)
    assert answer.status_code >= 400, answer.text
    return answer.status_code, answer.json()["error"]


def told(accepted: int, duplicates: int = 0) -> dict:
    return {"accepted": accepted, "duplicates": duplicates, "rejected": []}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(json.dumps(CALL).encode(), {}, id="object"),
        pytest.param(json.dumps(CALL, indent=2).encode(), {}, id="object over lines"),
        pytest.param(json.dumps([CALL]).encode(), {}, id="array"),
        pytest.param(as_lines([CALL]), NDJSON, id="line"),
        pytest.param(b"\xef\xbb\xbf" + json.dumps(CALL).encode(), {}, id="behind a byte order mark"),
    ],
)
async def test_one_call_in_every_form(api, body, headers):
    assert await post(api, body, headers=headers) == told(1)
    assert await post(api, body, headers=headers) == told(0, 1)
    assert await stored(api) == 1


@pytest.mark.parametrize("form", ["array", "lines", "lines called JSON"])
async def test_many_calls_in_every_form(api, form):
    items = some(1_234)
    body = json.dumps(items).encode() if form == "array" else as_lines(items)
    headers = NDJSON if form == "lines" else {"Content-Type": "application/json"}
    assert await post(api, body, headers=headers) == told(1_234)
    assert await post(api, body, headers=headers) == told(0, 1_234)
    assert await stored(api) == 1_234


async def test_nothing_is_nothing(api):
    assert await post(api, []) == told(0)
    assert await post(api, b"\n\n", headers=NDJSON) == told(0)


async def test_bad_items_are_told_by_place_and_spoil_no_others(api):
    items = some(6)
    items[1]["input_tokens"] = -1
    items[3]["modell"] = items[3].pop("model")
    items[4]["at"] = "2026-03-01"
    answer = await post(api, items)
    assert (answer["accepted"], answer["duplicates"]) == (3, 0)
    assert [each["index"] for each in answer["rejected"]] == [1, 3, 4]
    assert "input_tokens should be greater than or equal to 0" in answer["rejected"][0]["error"]
    assert "modell is no known field; did you mean model?" in answer["rejected"][1]["error"]
    assert "at should be a time in RFC 3339" in answer["rejected"][2]["error"]


async def test_broken_line_spoils_no_others(api):
    lines = as_lines(some(3)).splitlines(keepends=True)
    answer = await post(api, lines[0] + b'{"id": "cut\n' + lines[1] + b"null\n" + lines[2], headers=NDJSON)
    assert answer["accepted"] == 3
    assert [each["index"] for each in answer["rejected"]] == [1, 3]
    assert await stored(api) == 3


async def test_all_bad_is_an_error_with_the_same_list(api):
    status, error = await refused(api, [{}, 7])
    assert (status, error["code"]) == (422, "invalid")
    assert error["message"].startswith("All 2 items were rejected and nothing was stored; item 0: id is missing")
    assert [each["index"] for each in error["rejected"]] == [0, 1]
    status, error = await refused(api, {**CALL, "duration_seconds": "1"})
    assert (status, error["rejected"][0]["index"]) == (422, 0)


async def test_array_that_breaks_midway_says_what_is_stored(api):
    body = json.dumps(some(1_000)).encode()
    status, error = await refused(api, body[:-30])
    assert (status, error["code"]) == (400, "invalid_json")
    assert "at item 999" in error["message"]
    assert "999 items before it are stored; they may be sent again." in error["message"]
    assert await stored(api) == 999
    assert await post(api, body) == told(1, 999)


async def test_endless_rejections_end_the_request(api):
    good = as_lines(some(3))
    status, error = await refused(api, good + b"broken\n" * 50_000, headers=NDJSON)
    assert status == 422
    assert "items were rejected; nothing after item" in error["message"]
    assert "3 items before it are stored" in error["message"]
    assert len(error["rejected"]) == telemetry.MOST_REJECTED


async def test_call_of_the_future_is_refused(api):
    now = api.database.clock.now()
    near, far = ((now + timedelta(minutes=minutes)).isoformat() for minutes in (50, 90))
    answer = await post(api, [{**CALL, "id": "near", "at": near}, {**CALL, "id": "far", "at": far}])
    assert answer["accepted"] == 1
    assert "at lies 1 h 29 min ahead of riskbot's clock" in answer["rejected"][0]["error"]
    status, error = await refused(api, {**CALL, "id": "far", "at": far})
    assert (status, "ahead of riskbot's clock" in error["message"]) == (422, True)


async def test_large_body_is_stored_while_it_comes(api):
    """10 MB without a length: it is never held whole, and the loop answers others meanwhile."""
    count = 30_000
    waits = []

    async def body():
        yield b"["
        for start in range(0, count, 500):
            items = some(500, start, request_hash="x" * 150)
            yield (b"," if start else b"") + json.dumps(items).encode()[1:-1]
            await asyncio.sleep(0)
        yield b"]"

    async def health():
        while True:
            begun = asyncio.get_running_loop().time()
            await api.client.get("/healthz")
            waits.append(asyncio.get_running_loop().time() - begun)
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(health())
    answer = await api.client.post(PATH, content=body(), timeout=100)
    watching.cancel()
    assert answer.json() == told(count)
    assert await stored(api) == count
    assert len(waits) > 5
    assert sorted(waits)[len(waits) // 2] < 0.5


@pytest.mark.parametrize("told_length", [True, False])
async def test_too_large_a_body_is_refused(sqlite, told_length):
    async with serving(sqlite, telemetry=TelemetrySettings(body_limit_bytes=400_000)) as api:
        body = json.dumps(some(4_000)).encode()

        async def pieces():
            for start in range(0, len(body), 10_000):
                yield body[start : start + 10_000]

        answer = await api.client.post(PATH, content=body if told_length else pieces())
        assert answer.status_code == 413
        message = answer.json()["error"]["message"]
        assert "larger than 400,000 bytes" in message
        assert ("are stored" in message) == (not told_length)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Content-Type": "text/csv"}, 415, id="another form"),
        pytest.param({"Content-Encoding": "gzip"}, 415, id="compressed"),
        pytest.param({"Content-Type": "application/json; charset=latin-1"}, 415, id="another charset"),
        pytest.param({"Authorization": "Bearer nonsense"}, 401, id="no token of ours"),
    ],
)
async def test_wrong_heads_are_refused(small_api, headers, status):
    assert (await refused(small_api, as_lines([CALL]), headers=headers))[0] == status


async def test_scope_is_needed(small_api):
    reader = await small_api.token_of("reader", Scope.READ)
    assert (await reader.post(PATH, json=CALL)).status_code == 403
    await reader.aclose()


async def test_telemetry_is_not_held_back_by_the_rate_of_requests(sqlite):
    """What is refused there is lost; alerts of the same token still have their limit."""
    async with serving(sqlite, HttpSettings(requests_per_minute=1, burst=1)) as api:
        for number in range(5):
            assert await post(api, {**CALL, "id": f"n{number}"}) == told(1)


async def test_concurrent_senders_of_the_same_calls(api):
    batches = [some(50, start) for start in (0, 25, 50, 25, 0)] * 3
    singles = some(20, 60)
    answers = await asyncio.gather(
        *(post(api, batch) for batch in batches), *(post(api, call) for call in singles for _ in range(3))
    )
    assert sum(each["accepted"] for each in answers) == 100
    assert sum(each["duplicates"] for each in answers) == 15 * 50 + 60 - 100
    assert await stored(api) == 100


async def test_outcomes(api):
    path = "/v1/telemetry/tasks"
    good = {**OUTCOME, "id": "o1", "user_satisfaction": 4.5, "technical_quality": 0.75}
    answer = await post(api, [OUTCOME, good, {**OUTCOME, "id": "o2", "user_satisfaction": 6}], path)
    assert (answer["accepted"], answer["rejected"][0]["index"]) == (2, 2)
    assert await post(api, OUTCOME, path) == told(0, 1)
    rows = await api.database.read(lambda tx: tx.execute(outcomes.task_outcomes.select()).all())
    assert [row.technical_quality for row in rows] == [None, 0.75]


async def test_any_past_day_may_be_filled_in(api):
    old = datetime(2024, 2, 29, 23, 59, 30, tzinfo=UTC)
    days = [{**CALL, "id": f"d{number}", "at": (old + timedelta(days=number)).isoformat()} for number in range(3)]
    assert await post(api, days) == told(3)
    await Folder(api.database).fold_all()
    desk = TelemetryDesk(api.database, TelemetrySettings())
    minute = minute_of(old)
    for day in range(3):
        hour = (minute + day * 1440) // 60 * 60
        (rollup,) = (await desk.sums(Window(hour, hour + 60))).values()
        assert rollup.calls == 1


async def test_busy_database_midway_says_so(sqlite, monkeypatch):
    """Of a large body a part may be stored when the database can take no more."""
    taken = TelemetryDesk.receive
    seen = []

    async def once(self, calls, source="calls"):
        seen.append(len(calls))
        if len(seen) > 1:
            raise DatabaseBusy("busy")
        return await taken(self, calls, source)

    monkeypatch.setattr(TelemetryDesk, "receive", once)
    async with serving(sqlite) as api:
        status, error = await refused(api, some(3_000))
    assert (status, error["code"]) == (503, "interrupted")
    assert "counts once" in error["message"]


async def test_document_shows_all_forms(small_api):
    document = (await small_api.client.get("/openapi.json")).json()
    content = document["paths"][PATH]["post"]["requestBody"]["content"]
    assert {"application/json", "application/x-ndjson"} <= content.keys()


async def test_metrics_count_items_and_overflow(sqlite):
    async with serving(sqlite, telemetry=TelemetrySettings(label_values=1)) as api:
        await post(api, [*some(2), {**CALL, "id": "x", "model": "glm-5"}, {}])
        shown = (await api.client.get("/metrics")).text
    assert 'riskbot_intake_items_total{outcome="accepted",sender="calls"} 3.0' in shown
    assert 'riskbot_intake_items_total{outcome="rejected",sender="calls"} 1.0' in shown
    assert 'riskbot_label_overflow_calls_total{label="model"} 1.0' in shown


async def test_slow_body_is_given_up(small_api, monkeypatch):
    from bot.ingest import bodies

    monkeypatch.setattr(bodies, "READ_SECONDS", 0.2)

    async def body():
        yield b"["
        await asyncio.sleep(1)
        yield b"]"

    answer = await small_api.client.post(PATH, content=body())
    assert answer.status_code == 408
    assert "65,536 bytes a second" in answer.json()["error"]["message"]


async def test_sender_that_leaves_midway_harms_nobody(small_api):
    async def body():
        yield json.dumps(some(500)).encode()[:-1] + b","
        yield b" " * 200_000
        raise RuntimeError("gone")

    with pytest.raises((RuntimeError, httpx.HTTPError)):
        await small_api.client.post(PATH, content=body())
    assert await post(small_api, some(500))
    assert await stored(small_api) == 500
