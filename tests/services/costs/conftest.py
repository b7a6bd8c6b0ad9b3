"""A desk of costs beside one of telemetry, on both databases."""

import pytest

from bot.services.costs.desk import CostDesk
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import Settings
from tests.services.costs.house import DAILY, MONDAY, House
from tests.services.telemetry.conftest import KEEPING


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


@pytest.fixture
def make_house(database, clock):
    return lambda **budgets: House(database, clock, **budgets)


@pytest.fixture
def house(make_house):
    made = make_house(**DAILY)
    made.at(MONDAY)
    return made
