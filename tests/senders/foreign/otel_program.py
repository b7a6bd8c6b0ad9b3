"""OpenTelemetry's SDK with its exporters for OTLP over HTTP, set up by its environment alone.

Usage: otel_program.py traces|metrics; prints what it recorded.
"""

import json
import os
import sys
import time

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

CANARY = "the-canary-sings-at-midnight"
LABELS = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "zai", "gen_ai.request.model": "glm-4.5"}


def trace(count: int = 700) -> dict:
    """More than one batch of spans, every tenth of them failed, in a parent that is no call."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("test")
    told = {"calls": count, "input_tokens": 0, "output_tokens": 0, "errors": 0}
    with tracer.start_as_current_span("GET /", kind=SpanKind.SERVER):
        for number in range(count):
            with tracer.start_as_current_span("chat glm-4.5", kind=SpanKind.CLIENT) as span:
                span.set_attributes({**LABELS, "gen_ai.input.messages": CANARY})
                span.set_attributes({"gen_ai.usage.input_tokens": number, "gen_ai.usage.output_tokens": 7})
                if number % 10 == 0:
                    span.set_status(Status(StatusCode.ERROR, CANARY))
                    told["errors"] += 1
            told["input_tokens"] += number
            told["output_tokens"] += 7
    provider.shutdown()
    return told


def measure(rounds: int = 3, calls: int = 40) -> dict:
    """Cumulative histograms, exported several times as they grow."""
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=3_600_000)
    provider = MeterProvider([reader])
    meter = provider.get_meter("test")
    tokens = meter.create_histogram("gen_ai.client.token.usage", unit="{token}")
    durations = meter.create_histogram("gen_ai.client.operation.duration", unit="s")
    told = {"calls": 0, "input_tokens": 0, "output_tokens": 0, "errors": 0}
    for _ in range(rounds):
        for number in range(calls):
            tokens.record(number, {**LABELS, "gen_ai.token.type": "input"})
            tokens.record(7, {**LABELS, "gen_ai.token.type": "output"})
            durations.record(0.1 * number, LABELS)
        durations.record(1.0, {**LABELS, "error.type": "timeout"})
        told["calls"] += calls + 1
        told["input_tokens"] += sum(range(calls))
        told["output_tokens"] += 7 * calls
        told["errors"] += 1
        provider.force_flush()
        time.sleep(0.01)
    provider.shutdown()
    return told


assert os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"].endswith("/otlp")
print(json.dumps({"traces": trace, "metrics": measure}[sys.argv[1]]()))
