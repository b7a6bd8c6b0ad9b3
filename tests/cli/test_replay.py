"""`riskbot replay`: recordings of both kinds, twice without a change, and mistakes told by their line."""

import asyncio
import csv
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.store.open import open_database
from bot.store.telemetry import deltas, rollups
from riskengine.rollups import Rollup
from tests.conftest import in_own_loop
from tests.ingest.conftest import serving

TRACE = Path(__file__).resolve().parents[3] / "shared" / "data" / "azure_llm_2023_conversation.csv"
HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
ROWS = [f"2023-11-16 18:{minute:02}:46.6805900,{100 + minute},{10 + minute}\n" for minute in range(30)]


def lines(count: int, **values) -> str:
    call = {
        "at": "2026-03-01T12:00:00Z", "model": "glm-4.5", "provider": "z_ai", "duration_seconds": 1,
        "input_tokens": 10, "output_tokens": 5, **values,
    }  # fmt: skip
    return "".join(json.dumps({"id": f"n{number}", **call}) + "\n" for number in range(count))


def hours(url: str) -> dict[int, Rollup]:
    """Whatever has been folded, by hour."""

    async def look():
        database = open_database(url, Clock())
        try:
            assert await database.read(deltas.waiting) == 0
            rows = await database.read(lambda tx: [tuple(row) for row in tx.execute(rollups.rollups_hour.select())])
        finally:
            await database.close()
        found = {}
        for hour, _, *numbers, sketch in rows:
            found.setdefault(hour, []).append(rollups.to_rollup(numbers, sketch))
        return {hour: Rollup.total(each) for hour, each in found.items()}

    return in_own_loop(look())


def test_table_is_sent_once_however_often(migrated, database_url):
    (migrated.directory / "trace.csv").write_text(HEAD + "".join(ROWS))
    said = migrated.says("replay", "trace.csv")
    assert "no latencies, so they are made up" in said
    assert "Sent 30 calls: 30 were new, 0 were known already." in said
    first = hours(database_url)
    (total,) = first.values()
    assert (total.calls, total.input_tokens, total.output_tokens) == (30, 30 * 100 + 435, 30 * 10 + 435)
    assert total.first_tokens == 30
    assert "0 were new, 30 were known already" in migrated.says("replay", "trace.csv", "--speed", "100000")
    assert hours(database_url) == first
    # Another model's calls are other calls.
    assert json.loads(migrated.says("replay", "trace.csv", "--model", "claude-opus-4-1", "--json"))["accepted"] == 30


def test_recording_that_grew_goes_on_where_it_was(on_sqlite, sqlite_url):
    file = on_sqlite.directory / "trace.csv"
    file.write_text(HEAD + "".join(ROWS[:20]))
    on_sqlite.run_anew("replay", "trace.csv")
    file.write_text(HEAD + "".join(ROWS))
    assert "10 were new, 20 were known already" in on_sqlite.says("replay", "trace.csv")


def test_columns_may_stand_in_any_order(on_sqlite, sqlite_url):
    (on_sqlite.directory / "t.csv").write_text(
        "generatedtokens,note,TIMESTAMP,contexttokens\n7,x,2024-01-01T00:00:00+02:00,9\n"
    )
    on_sqlite.says("replay", "t.csv")
    ((hour, rollup),) = hours(sqlite_url).items()
    assert datetime.fromisoformat("2023-12-31T22:00:00+00:00").timestamp() == hour * 3600
    assert (rollup.input_tokens, rollup.output_tokens) == (9, 7)


def test_lines_keep_their_ids(on_sqlite, sqlite_url):
    (on_sqlite.directory / "calls.ndjson").write_text(lines(600) + "\n")
    said = on_sqlite.says("replay", "calls.ndjson")
    assert "made up" not in said
    assert "600 were new" in said
    (on_sqlite.directory / "other.ndjson").write_text(lines(700))
    assert "100 were new, 600 were known already" in on_sqlite.says("replay", "other.ndjson")
    assert "700 were new" in on_sqlite.says("replay", "other.ndjson", "--model", "glm-5")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(HEAD + ROWS[0] + "\n2023-11-16 18:00:00,x,3\n", "line 4: ContextTokens 'x' is no", id="number"),
        pytest.param(HEAD + "yesterday,1,3\n", "line 2: TIMESTAMP 'yesterday' is no time", id="time"),
        pytest.param(HEAD + "2023-11-16 18:00:00,1\n", "line 2: GeneratedTokens '' is no whole", id="short row"),
        pytest.param(
            HEAD + "1923-11-16 18:00:00,1,1\n",
            "line 2: TIMESTAMP '1923-11-16 18:00:00' is not between the years 2000",
            id="another century",
        ),
        pytest.param("TIMESTAMP,Tokens\n", "line 1: the columns ContextTokens, GeneratedTokens are missing", id="head"),
        pytest.param("", "line 1: the columns TIMESTAMP, ContextTokens, GeneratedTokens are missing", id="empty"),
        pytest.param(lines(2) + "{broken\n", "line 3: it ", id="no JSON"),
        pytest.param(lines(1, modell="x"), "line 1: modell is no known field; did you mean model?", id="unknown field"),
    ],
)
def test_mistake_is_told_by_its_line_and_nothing_is_sent(on_sqlite, sqlite_url, text, expected):
    (on_sqlite.directory / "recording").write_text(text)
    assert f"recording, {expected}" in on_sqlite.complains("replay", "recording", code=2)
    assert hours(sqlite_url) == {}


def test_wrong_use_is_told(on_sqlite):
    assert "nowhere.csv cannot be read" in on_sqlite.complains("replay", "nowhere.csv", code=2)
    assert "no factor above 0" in on_sqlite.complains("replay", "x", "--speed", "0", code=2)
    (on_sqlite.directory / "calls.ndjson").write_text(lines(1))
    assert "--url needs a token" in on_sqlite.complains("replay", "calls.ndjson", "--url", "http://127.0.0.1:1", code=2)


def test_speed_paces_by_the_recorded_times(on_sqlite):
    import time

    (on_sqlite.directory / "trace.csv").write_text(HEAD + "".join(ROWS))
    begun = time.monotonic()
    on_sqlite.says("replay", "trace.csv", "--speed", "870")
    assert time.monotonic() - begun > 2


async def test_over_http(database, on_sqlite):
    """The server may have any database; here it has another one than the command's settings name."""
    (on_sqlite.directory / "calls.ndjson").write_text(lines(700))
    async with serving(database) as api:
        on_sqlite.environment["RISKBOT_TOKEN"] = api.token
        for expected in ("700 were new, 0", "0 were new, 700"):
            said = await asyncio.to_thread(on_sqlite.says, "replay", "calls.ndjson", "--url", api.base_url)
            assert expected in said
        on_sqlite.environment["RISKBOT_TOKEN"] = "rb_wrong"
        complaint = await asyncio.to_thread(on_sqlite.complains, "replay", "calls.ndjson", "--url", api.base_url)
        assert "riskbot answered 401: The token is not one of ours." in complaint


@pytest.mark.skipif(not TRACE.is_file(), reason=f"the real trace is not there: {TRACE.name} belongs in ../shared/data")
def test_real_trace_is_exact_and_twice_changes_nothing(migrated, database_url):
    calls, read_tokens, written_tokens = Counter(), Counter(), Counter()
    with TRACE.open() as file:
        for row in csv.DictReader(file):
            hour = int(datetime.fromisoformat(row["TIMESTAMP"] + "+00:00").timestamp()) // 3600
            calls[hour] += 1
            read_tokens[hour] += int(row["ContextTokens"])
            written_tokens[hour] += int(row["GeneratedTokens"])
    assert f"{sum(calls.values()):,} were new, 0" in migrated.says("replay", str(TRACE))
    first = hours(database_url)
    assert {hour: rollup.calls for hour, rollup in first.items()} == calls
    assert {hour: rollup.input_tokens for hour, rollup in first.items()} == read_tokens
    assert {hour: rollup.output_tokens for hour, rollup in first.items()} == written_tokens
    assert {hour: rollup.durations.count for hour, rollup in first.items()} == calls
    assert f"0 were new, {sum(calls.values()):,}" in migrated.says("replay", str(TRACE))
    assert hours(database_url) == first
