"""`/otlp/v1/traces` and `/otlp/v1/metrics`: what OpenTelemetry's exporters send, unchanged.

Spans win over metrics: of a service that sent a span of a model's call within `telemetry.spans_win_for`, metrics are
noted and do not count, since they tell of the same calls once more.
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from bot.clock import Clock
from bot.ingest.bodies import Incoming, LargeBody
from bot.ingest.endpoint import Call, Endpoint, Handler, Told
from bot.ingest.escalated import EscalatedCalls, IsStronger
from bot.ingest.group_commit import GroupCommit
from bot.ingest.inflate import ENCODINGS, whole_body
from bot.ingest.metrics import HttpMetrics, Outcome
from bot.ingest.otlp import from_json, from_protobuf, names
from bot.ingest.otlp.answers import MetricsAnswer, TracesAnswer, metrics_answer, traces_answer
from bot.ingest.otlp.points import to_point
from bot.ingest.otlp.shapes import NANOSECONDS, SpanTold
from bot.ingest.otlp.spans import to_call
from bot.ingest.slices import SLICE_ITEMS
from bot.ingest.telemetry import GATHER_SECONDS, MOST_QUEUED, TAG
from bot.ingest.text import storable
from bot.ingest.tokens import Scope
from bot.right_of_way import RightOfWay
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.meters import MeterDesk
from bot.settings import TelemetrySettings
from riskengine.durations import spoken
from riskengine.meters import Point
from riskengine.telemetry import ModelCall

SENDER = "otlp"
#: Spans or points looked at before others have their turn: about 5 ms.
PORTION = 200


class TraceMessage(BaseModel):
    """OTLP's ExportTraceServiceRequest in its JSON encoding; fields that are not named here are ignored."""

    model_config = ConfigDict(extra="allow")

    resourceSpans: list[dict[str, Any]] = Field([], description="Resources, their scopes, and the spans of these.")  # noqa: N815


class MetricsMessage(BaseModel):
    """OTLP's ExportMetricsServiceRequest in its JSON encoding; fields that are not named here are ignored."""

    model_config = ConfigDict(extra="allow")

    resourceMetrics: list[dict[str, Any]] = Field([], description="Resources, their scopes, and the metrics of these.")  # noqa: N815


class Sorted(NamedTuple):
    """The spans of a portion: the calls among them, the services that sent these, and what was wrong with others."""

    calls: list[ModelCall]
    services: set[str]
    rejected: list[str]


class OtlpApi:
    """Takes traces and metrics; a span, and what a series grows by, counts once for each token that sends it."""

    def __init__(
        self,
        desk: TelemetryDesk,
        meters: MeterDesk,
        is_stronger: IsStronger,
        *,
        metrics: HttpMetrics,
        clock: Clock,
        way: RightOfWay,
    ) -> None:
        self._settings = desk.settings
        self._calls = EscalatedCalls(desk, is_stronger)
        self._meters = meters
        self._metrics = metrics
        self._clock = clock
        self._way = way
        self._commits: dict[str, GroupCommit[ModelCall, bool]] = {}

    async def receive_traces(self, call: Call) -> Response:
        """Store the calls among the spans.

        Raises BodyTooLarge, InvalidCompression, InvalidProtobuf, InvalidJson and Invalid, which an exporter gives up
        on, DatabaseBusy and DatabaseUnavailable, on which it sends all of it again.
        """
        body, is_protobuf = await self._read(call)
        spans = from_protobuf.spans_of(body) if is_protobuf else from_json.spans_of(body)
        rejected = await self._take(_source(call), spans)
        return traces_answer(rejected, is_protobuf=is_protobuf)

    async def receive_metrics(self, call: Call) -> Response:
        """Count what the points tell; raises what `receive_traces` does."""
        body, is_protobuf = await self._read(call)
        told = from_protobuf.points_of(body) if is_protobuf else from_json.points_of(body)
        points: list[Point] = []
        rejected: list[str] = []
        latest_ns = int((self._clock.now() + self._settings.ahead).timestamp()) * NANOSECONDS
        while portion := list(islice(told, PORTION)):
            for each in map(to_point, portion):
                if isinstance(each, Point) and each.reading.time_ns <= latest_ns:
                    points.append(each)
                elif each is not None:
                    rejected.append(each if isinstance(each, str) else f"{each.meter} come from the future")
            await asyncio.sleep(0)
        counted = await self._meters.receive(points, _source(call))
        rejected += counted.rejected
        self._metrics.count_items(SENDER, Outcome.ACCEPTED, counted.new)
        self._metrics.count_items(SENDER, Outcome.DUPLICATE, len(points) - counted.new - len(counted.rejected))
        self._metrics.count_items(SENDER, Outcome.REJECTED, len(rejected))
        return metrics_answer(rejected, is_protobuf=is_protobuf)

    async def drain(self) -> None:
        """Return when everything that was taken is durable or refused."""
        for commit in self._commits.values():
            await commit.drain()

    async def _read(self, call: Call) -> tuple[bytes, bool]:
        """The body, and whether it is protobuf."""
        incoming: Incoming = call.body
        body = await whole_body(incoming, self._settings.otlp_limit_bytes)
        return body, incoming.media in from_protobuf.MEDIA

    async def _take(self, source: str, spans: Iterator[SpanTold]) -> list[str]:
        rejected: list[str] = []
        while portion := list(islice(spans, PORTION)):
            found = self._sorted(portion)
            rejected += found.rejected
            await self._meters.note_spans(found.services, source)
            await self._store(source, found.calls)
        self._metrics.count_items(SENDER, Outcome.REJECTED, len(rejected))
        return rejected

    def _sorted(self, spans: list[SpanTold]) -> Sorted:
        latest = self._clock.now() + self._settings.ahead
        found = Sorted([], set(), [])
        for span in spans:
            call = to_call(span)
            if isinstance(call, ModelCall) and call.at <= latest:
                found.calls.append(call)
                found.services.add(storable(names.words(span.attributes, names.SERVICE) or ""))
            elif call is not None:
                found.rejected.append(call if isinstance(call, str) else f"{call.id} starts in the future")
        return found

    async def _store(self, source: str, calls: list[ModelCall]) -> None:
        if not calls:
            await asyncio.sleep(0)
            return
        new = sum(await self._commit(source).submit(calls))
        self._metrics.count_items(SENDER, Outcome.ACCEPTED, new)
        self._metrics.count_items(SENDER, Outcome.DUPLICATE, len(calls) - new)

    def _commit(self, source: str) -> GroupCommit[ModelCall, bool]:
        if source not in self._commits:
            self._commits[source] = GroupCommit(
                partial(self._calls.receive, source=source),
                max_items=SLICE_ITEMS,
                max_queued=MOST_QUEUED,
                gather_seconds=GATHER_SECONDS,
                give_way=self._way.given,
            )
        return self._commits[source]


def _source(call: Call) -> str:
    return f"{SENDER}:{call.caller.name}"


def otlp_endpoints(api: OtlpApi, settings: TelemetrySettings) -> list[Endpoint]:
    limit = (
        f"At most {settings.otlp_limit_bytes:,} bytes, counted after inflating. What cannot be taken is told in "
        "`partialSuccess` and does not spoil the rest."
    )
    traces = (
        "Takes OTLP over HTTP, protobuf or JSON, compressed with gzip or deflate or not: set "
        "`OTEL_EXPORTER_OTLP_ENDPOINT` to this address without `/v1/traces`. Spans of GenAI operations become calls of "
        "models, in every generation of the conventions; all other spans are passed over. Prompts and answers are "
        "dropped unread. A span counts once by its trace id and span id."
    )
    metrics = (
        "Takes the GenAI metrics of clients, cumulative or delta: how many calls there were, how long they took, and "
        "their tokens. Of a service that sent spans of calls within "
        f"{spoken(settings.spans_win_for)}, metrics do not count: they tell of the same calls again."
    )
    return [
        _endpoint("traces", f"{traces} {limit}", api.receive_traces, (TraceMessage, TracesAnswer), settings),
        _endpoint("metrics", f"{metrics} {limit}", api.receive_metrics, (MetricsMessage, MetricsAnswer), settings),
    ]


def _endpoint(
    word: str,
    description: str,
    handler: Handler,
    models: tuple[type[BaseModel], type[BaseModel]],
    settings: TelemetrySettings,
) -> Endpoint:
    message, answer = models
    limit_bytes = settings.otlp_limit_bytes
    return Endpoint(
        method="POST",
        path=f"/otlp/v1/{word}",
        scope=Scope.INGEST,
        tag=TAG,
        summary=f"OpenTelemetry's {word}",
        description=description,
        handler=handler,
        body=LargeBody(schema=message, limit_bytes=limit_bytes, also=from_protobuf.MEDIA, encodings=ENCODINGS),
        answers={200: Told("Stored; what was not taken stands in it.", answer)},
        is_metered=False,
    )
