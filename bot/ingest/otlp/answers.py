"""What an exporter is told: nothing when all was taken, else how many were not and why; in the encoding it used."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from bot.ingest.endpoint import JSON_HEADERS, to_response
from bot.ingest.otlp.from_protobuf import MEDIA

#: Faults told of a request; exporters log the text as one line.
TOLD = 3


class PartialTraces(BaseModel):
    rejectedSpans: str = Field(description="How many spans were not taken; a 64-bit number as text.")  # noqa: N815
    errorMessage: str  # noqa: N815


class TracesAnswer(BaseModel):
    """Empty when every span of a model's call was taken."""

    partialSuccess: PartialTraces | None = None  # noqa: N815


class PartialMetrics(BaseModel):
    rejectedDataPoints: str = Field(description="How many points were not taken; a 64-bit number as text.")  # noqa: N815
    errorMessage: str  # noqa: N815


class MetricsAnswer(BaseModel):
    """Empty when every point that tells of models' calls was taken."""

    partialSuccess: PartialMetrics | None = None  # noqa: N815


def faults_of(kind: str, rejected: Sequence[str]) -> str:
    """One line on what was not taken."""
    shown = "; ".join(rejected[:TOLD])
    more = f"; and {len(rejected) - TOLD} more" if len(rejected) > TOLD else ""
    return f"{len(rejected)} {kind} were not taken and must not be sent again: {shown}{more}."


def traces_answer(rejected: Sequence[str], *, is_protobuf: bool) -> Response:
    message = faults_of("spans", rejected) if rejected else ""
    if not is_protobuf:
        partial = PartialTraces(rejectedSpans=str(len(rejected)), errorMessage=message) if rejected else None
        return to_response(TracesAnswer(partialSuccess=partial))
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    answer = ExportTraceServiceResponse()
    if rejected:
        answer.partial_success.rejected_spans = len(rejected)
        answer.partial_success.error_message = message
    return _protobuf(answer)


def metrics_answer(rejected: Sequence[str], *, is_protobuf: bool) -> Response:
    message = faults_of("data points", rejected) if rejected else ""
    if not is_protobuf:
        partial = PartialMetrics(rejectedDataPoints=str(len(rejected)), errorMessage=message) if rejected else None
        return to_response(MetricsAnswer(partialSuccess=partial))
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

    answer = ExportMetricsServiceResponse()
    if rejected:
        answer.partial_success.rejected_data_points = len(rejected)
        answer.partial_success.error_message = message
    return _protobuf(answer)


def _protobuf(answer: Any) -> Response:
    return Response(answer.SerializeToString(), headers=JSON_HEADERS, media_type=MEDIA[0])
