"""Calls as an orchestrator would tell them, and a desk that takes them, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import TelemetrySettings
from riskengine.telemetry import ModelCall

#: Long before any test: an old day.
MOMENT = datetime(2024, 3, 1, 12, tzinfo=UTC)
#: Minutes of that day are not gone yet.
KEEPING = TelemetrySettings(minutes_kept_for=timedelta(days=36_500))


def make_call(id: str = "c1", at: datetime = MOMENT, **values) -> ModelCall:  # noqa: A002 - the field's own name
    told = {
        "model": "glm-4.5",
        "provider": "z_ai",
        "duration_seconds": 1.5,
        "input_tokens": 100,
        "output_tokens": 20,
        **values,
    }
    return ModelCall(id=id, at=at, **told)


def make_calls(count: int, start: int = 0, apart: timedelta = timedelta(seconds=7)) -> list[ModelCall]:
    return [
        make_call(
            f"c{number}",
            MOMENT + number * apart,
            model=f"m{number % 3}",
            role=("architect", "critic", None)[number % 3],
            duration_seconds=0.1 + number % 40 / 10,
            error="Timeout" if number % 11 == 0 else None,
            cost_usd="0.000123456789" if number % 2 else None,
        )
        for number in range(start, start + count)
    ]


@pytest.fixture
def desk(database) -> TelemetryDesk:
    return TelemetryDesk(database, KEEPING)


@pytest.fixture
def folder(database) -> Folder:
    return Folder(database)
