"""OpenTelemetry's own exporters tell a real riskbot: protobuf with gzip, in batches, cumulative as they come."""

from pathlib import Path

import pytest

from bot.ingest.tokens import Scope
from tests.processes import ServeProcess, get, make_token
from tests.senders.booked import booked
from tests.senders.programs import run
from tests.senders.workspace import until

pytestmark = pytest.mark.senders

CANARY = "the-canary-sings-at-midnight"


def export(riskbot: ServeProcess, sqlite_file: Path, what: str, **environment: str) -> dict:
    token = make_token(f"sqlite+aiosqlite:///{sqlite_file}", [Scope.INGEST])
    riskbot.start()
    return run(
        "otel_program",
        what,
        OTEL_EXPORTER_OTLP_ENDPOINT=f"{riskbot.url}/otlp",
        OTEL_EXPORTER_OTLP_HEADERS=f"Authorization=Bearer%20{token}",
        OTEL_SERVICE_NAME="shop",
        OTEL_RESOURCE_ATTRIBUTES="riskbot.team=payments",
        **environment,
    )


@pytest.mark.parametrize("compression", ["gzip", "none"])
@pytest.mark.parametrize("what", ["traces", "metrics"])
def test_what_is_recorded_is_counted(riskbot: ServeProcess, sqlite_file: Path, what: str, compression: str):
    told = export(riskbot, sqlite_file, what, OTEL_EXPORTER_OTLP_COMPRESSION=compression)
    until(lambda: booked(sqlite_file).calls == told["calls"], "all calls are booked")
    sums = booked(sqlite_file)._asdict()
    # GLM-4.5 at 0.60 and 2.20 dollars a million tokens.
    cost_picousd = told["input_tokens"] * 600_000 + told["output_tokens"] * 2_200_000
    assert sums == {**told, "cost_picousd": cost_picousd, "unpriced_calls": 0}
    assert 'outcome="rejected",sender="otlp"' not in get(f"{riskbot.url}/metrics")
    riskbot.stop()
    kept = b"".join(path.read_bytes() for path in sqlite_file.parent.glob(f"{sqlite_file.name}*"))
    assert b"payments" in kept
    assert CANARY.encode() not in kept
    assert CANARY not in riskbot.log.read_text()


def test_deltas_are_taken_as_they_are(riskbot: ServeProcess, sqlite_file: Path):
    told = export(riskbot, sqlite_file, "metrics", OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE="delta")
    until(lambda: booked(sqlite_file).calls == told["calls"], "all calls are booked")
    assert booked(sqlite_file).input_tokens == told["input_tokens"]
