"""LiteLLM's callback over real HTTP: every form, nothing twice, nothing lost, and no prompt kept anywhere."""

import json
import logging

import pytest
from sqlalchemy import select, text

from bot.ingest.tokens import Scope
from bot.services.price_table import SHIPPED, read_prices
from bot.services.telemetry.fold import Folder
from bot.settings import TelemetrySettings
from bot.store.telemetry import calls as store
from riskengine.areas.escalation.models import stronger_called
from tests.ingest.conftest import serving
from tests.ingest.test_litellm_form import CANARY, RECORD
from tests.ingest.test_telemetry import told

PATH = "/v1/hooks/litellm"
JSON = {"Content-Type": "application/json"}


def records(count: int, **values) -> list[dict]:
    return [{**RECORD, "id": f"chatcmpl-{number}", **values} for number in range(count)]


def written(items: list[dict], form: str) -> bytes:
    """As LiteLLM writes it; everything is called JSON."""
    return json.dumps(items).encode() if form == "json_array" else "\n".join(map(json.dumps, items)).encode()


async def stored(api) -> int:
    return await api.database.read(store.count)


async def send(api, body: bytes, status: int = 200) -> dict:
    answer = await api.client.post(PATH, content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("form", ["json_array", "ndjson"])
@pytest.mark.parametrize("count", [1, 2, 700])
async def test_every_form_counts_once(api, form, count):
    body = written(records(count), form)
    assert await send(api, body) == told(count)
    assert await send(api, body) == told(0, count)
    assert await stored(api) == count


async def test_an_id_counts_once_for_each_sender(small_api):
    body = written(records(2), "json_array")
    assert await send(small_api, body) == told(2)
    async with await small_api.token_of("other-proxy", Scope.INGEST) as other:
        assert (await other.post(PATH, content=body, headers=JSON)).json() == told(2)


@pytest.mark.parametrize("form", ["json_array", "ndjson"])
async def test_bad_records_spoil_no_others(api, form):
    items = records(4)
    items[1]["startTime"] = None
    items[3]["prompt_tokens"] = "many"
    answer = await send(api, written(items, form))
    assert (answer["accepted"], [each["index"] for each in answer["rejected"]]) == (2, [1, 3])


@pytest.mark.parametrize("form", ["json_array", "ndjson"])
async def test_records_with_endless_prompts_are_taken(small_api, form):
    """Where message logging is left on, one record may be larger than all that is looked at in one go."""
    items = records(3)
    items[0]["messages"] = items[1]["response"] = [{"content": "word " * 200_000}, {"content": "}, {" * 1_000}]
    assert await send(small_api, written(items, form)) == told(3)


async def test_no_prompt_is_kept_or_logged(api, caplog):
    caplog.set_level(logging.DEBUG)
    broken = [{**RECORD, "id": "bad", "startTime": CANARY}, {**RECORD, "id": "worse", "status": CANARY}]
    answer = await send(api, written([*records(3, status="failure"), *broken], "json_array"))
    assert (answer["accepted"], len(answer["rejected"])) == (3, 2)
    assert CANARY not in json.dumps(answer)
    await Folder(api.database).fold_all()
    assert CANARY not in caplog.text
    assert not [table for table, rows in (await everything(api.database, "chatcmpl-0")).items() if CANARY in rows]


async def everything(database, known: str) -> dict[str, str]:
    """All rows of all tables, in words; what is known to be there proves that they are read."""
    from bot.store.schema import metadata

    def work(tx) -> dict[str, str]:
        names = [table.name for table in metadata.sorted_tables]
        return {name: str(tx.execute(text(f'SELECT * FROM "{name}"')).fetchall()) for name in names}

    found = await database.read(work)
    assert known in found["calls"]
    return found


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "no JSON"),
        (b"{", 400, "no JSON"),
        (b"[{]", 400, "no JSON array"),
        (b"[" * 100_000, 400, "nested too deep"),
        (b"\xff", 400, "not UTF-8"),
        (b"7", 422, "rejected"),
        (b"[null]", 422, "rejected"),
        (b'{"id": "1"}', 422, "status is missing"),
    ],
)
async def test_malformed_bodies_are_refused_precisely(small_api, body, status, said):
    answer = await send(small_api, body, status)
    assert said in answer["error"]["message"]


async def test_nothing_is_nothing(small_api):
    assert await send(small_api, b"[]") == told(0)
    assert await send(small_api, written([{**RECORD, "call_type": "call_mcp_tool"}], "json_array")) == told(0)


async def test_oversized_bodies_are_refused(sqlite):
    async with serving(sqlite, telemetry=TelemetrySettings(body_limit_bytes=20_000)) as api:
        assert (
            "larger than 20,000 bytes" in (await send(api, written(records(30), "json_array"), 413))["error"]["message"]
        )


async def test_a_fallback_onto_the_stronger_model_counts_as_escalated(sqlite):
    """Nobody approved it, so it has to show in the escalation rate."""
    failed = {**RECORD, "id": "failed", "status": "failure"}
    opus = {**RECORD, "id": "opus", "model": "anthropic/claude-opus-4-1", "custom_llm_provider": "anthropic"}
    is_stronger = stronger_called(read_prices(SHIPPED), "claude-4.1-opus")
    async with serving(sqlite, is_stronger=is_stronger) as api:
        assert await send(api, written([failed, opus], "ndjson")) == told(2)
    rows = await sqlite.read(lambda tx: tx.execute(select(store.calls.c["call_id", "task_id", "escalated"])).fetchall())
    assert sorted(tuple(row) for row in rows) == [("failed", "trace-1", None), ("opus", "trace-1", True)]
