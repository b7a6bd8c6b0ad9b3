"""A desk of costs beside one of telemetry, on both databases."""

from datetime import timedelta

import pytest

from bot.services.costs.desk import CostDesk
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import Settings, TelemetrySettings

KEEPING = TelemetrySettings(minutes_kept_for=timedelta(days=36_500))


@pytest.fixture
def settings() -> Settings:
    return Settings(time_zone="Europe/Berlin", telemetry=KEEPING)


@pytest.fixture
def telemetry(database, settings) -> TelemetryDesk:
    return TelemetryDesk(database, settings.telemetry)


@pytest.fixture
def desk(database, telemetry, settings) -> CostDesk:
    return CostDesk(database, telemetry, settings)


@pytest.fixture
def folder(database) -> Folder:
    return Folder(database)
