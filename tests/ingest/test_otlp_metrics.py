"""Metrics over real HTTP: each call counts once, whatever is sent again, started anew, or told by spans as well."""

import gzip
from datetime import timedelta

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import TelemetrySettings
from riskengine.rollups import Rollup
from riskengine.windows import Window, minute_of
from tests.ingest.otlp_messages import as_protobuf as spans_message
from tests.ingest.otlp_messages import span
from tests.ingest.otlp_metrics import DELTA, MINUTE_NS, START_NS, as_json, as_protobuf, calls, counter, tokens
from tests.ingest.test_litellm import stored

PATH = "/otlp/v1/metrics"
PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}


def export(minutes: int, count: int, **values) -> list[dict]:
    """What a process says after so many minutes in which it made so many calls, one of them failed."""
    times = {"time_ns": START_NS + minutes * MINUTE_NS, **values}
    return [
        calls(count - 1, 2.0 * (count - 1), **times),
        calls(1, 9.0, attributes={"error.type": "timeout"}, **times),
        tokens("input", count - 1, 100.0 * (count - 1), **times),
        tokens("output", count - 1, 7.0 * (count - 1), **times),
    ]


async def send(api, points, *, resource=None, as_what=as_protobuf, status=200, path=PATH):
    headers = PROTOBUF if as_what is as_protobuf else JSON
    answer = await api.client.post(path, content=as_what(points, resource), headers=headers)
    assert answer.status_code == status, answer.text
    return answer


async def summed(api) -> Rollup:
    """All calls of all time."""
    await Folder(api.database).fold_all()
    desk = TelemetryDesk(api.database, TelemetrySettings())
    window = Window(0, minute_of(api.database.clock.now() + timedelta(days=2)))
    sums = await desk.sums(window)
    assert {(series.model, series.provider) for series in sums} <= {("glm-4.5", "z_ai")}
    return Rollup.total(sums.values())


async def counts(api) -> tuple[int, int, int, int]:
    rollup = await summed(api)
    return rollup.calls, rollup.errors, rollup.input_tokens, rollup.output_tokens


@pytest.mark.parametrize("as_what", [as_protobuf, as_json])
async def test_a_cumulative_series_counts_what_it_has_grown_by(api, as_what):
    for minutes, count in ((1, 10), (1, 10), (2, 10), (3, 25), (2, 10)):
        answer = await send(api, export(minutes, count), as_what=as_what)
        assert answer.content in {b"", b"{}"}
    assert await counts(api) == (25, 1, 2_400, 168)
    assert (await summed(api)).duration_us == 57_000_000
    assert await stored(api) == 0, "nobody told of a single call"


async def test_a_process_that_starts_anew_is_counted_from_its_start(api):
    await send(api, export(5, 10))
    await send(api, export(9, 4, start_ns=START_NS + 6 * MINUTE_NS))
    await send(api, export(10, 6, start_ns=START_NS + 6 * MINUTE_NS))
    assert await counts(api) == (16, 2, 1_400, 98)


async def test_two_processes_without_names_are_told_apart_by_their_starts(api):
    for minutes, count in ((1, 10), (2, 20)):
        await send(api, export(minutes, count))
        await send(api, export(minutes, count, start_ns=START_NS + 7))
    assert (await counts(api))[0] == 40


async def test_a_series_of_unknown_start_counts_from_its_first_reading(api):
    await send(api, export(1, 10, start_ns=0))
    assert (await counts(api))[0] == 0
    await send(api, export(2, 15, start_ns=0))
    assert (await counts(api))[0] == 5


async def test_deltas_count_once_however_often_they_are_sent(api):
    first = export(1, 10, temporality=DELTA)
    second = export(2, 10, temporality=DELTA, start_ns=START_NS + MINUTE_NS)
    for points in (first, second, first, [*first, *second]):
        await send(api, points)
    assert await counts(api) == (20, 2, 1_800, 126)


async def test_spans_win_over_metrics_of_the_same_service(api, clock):
    shop, other = {"service.name": "shop"}, {"service.name": "other"}
    traces = await api.client.post("/otlp/v1/traces", content=spans_message([span()], shop), headers=PROTOBUF)
    assert traces.status_code == 200
    await send(api, export(1, 10), resource=shop)
    assert (await counts(api))[0] == 1
    await send(api, export(1, 10), resource=other)
    assert (await counts(api))[0] == 11
    clock.advance(61 * 60)
    await send(api, export(2, 12), resource=shop)
    assert (await counts(api))[0] == 13, "what was told while spans came does not count later"


async def test_the_cache_of_the_newest_counters(api):
    prefix = "gen_ai.client.inference.usage"
    used = {"input_tokens": 90, "output_tokens": 9, "cache_read.input_tokens": 30, "cache_write.input_tokens": 6}
    await send(api, [calls(3, 3.0), *(counter(f"{prefix}.{name}", float(n)) for name, n in used.items())])
    rollup = await summed(api)
    assert (rollup.calls, rollup.input_tokens, rollup.output_tokens) == (3, 90, 9)
    assert (rollup.cached_input_tokens, rollup.cache_write_tokens) == (30, 6)


async def test_points_that_cannot_be_do_not_spoil_the_others(api):
    points = [*export(1, 10), calls(1, -1.0), tokens("input", 1, 5.0, temporality=0)]
    told = ExportMetricsServiceResponse.FromString((await send(api, points)).content)
    assert told.partial_success.rejected_data_points == 2
    assert "a count or a sum that is none; gen_ai.client.token.usage" in told.partial_success.error_message
    partial = (await send(api, points, as_what=as_json)).json()["partialSuccess"]
    assert partial["rejectedDataPoints"] == "2"
    assert (await counts(api))[0] >= 10


async def test_more_calls_than_can_be_counted_are_told(api):
    answer = await send(api, [calls(100_001, 2.0)], as_what=as_json)
    assert "by more than can be counted at once" in answer.json()["partialSuccess"]["errorMessage"]
    assert (await counts(api))[0] == 0


async def test_points_of_the_future_are_told(small_api):
    soon = int(small_api.database.clock.now().timestamp() + 7_200) * 10**9
    answer = await send(small_api, [calls(1, 1.0, time_ns=soon)], as_what=as_json)
    assert "come from the future" in answer.json()["partialSuccess"]["errorMessage"]


async def test_bombs_and_garbage_are_refused(small_api):
    gzipped = {**PROTOBUF, "Content-Encoding": "gzip"}
    for body, headers, status in (
        (gzip.compress(bytes(100_000_000)), gzipped, 413),
        (gzip.compress(as_protobuf(export(1, 10)))[:-5], gzipped, 400),
        (b"\xff\xff", PROTOBUF, 400),
        (b'{"resourceMetrics": [{"scopeMetrics": 7}]}', JSON, 422),
    ):
        answer = await small_api.client.post(PATH, content=body, headers=headers)
        assert answer.status_code == status, answer.text
    assert (await counts(small_api))[0] == 0
