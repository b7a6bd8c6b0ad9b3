"""The demo's past: two months of spending that look like the fleet's own, written once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.demo.history import DAYS, REPEATED, REPEATS_DAYS, TIMES, remember
from bot.demo.run import BUDGETS
from bot.services.costs.desk import WHOLE, CostDesk
from bot.services.price_table import SHIPPED, read_prices
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import Settings
from bot.store import request_repeats
from bot.store.open import open_database
from riskengine.series import Dimension

NOW = datetime(2026, 11, 23, 14, 40, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
async def database(sqlite_url):
    opened = open_database(sqlite_url, Clock(start=NOW))
    yield opened
    await opened.close()


@pytest.fixture
async def desk(database) -> CostDesk:
    prices = read_prices(SHIPPED)
    assert await remember(database, prices, NOW - timedelta(hours=2))
    assert not await remember(database, prices, NOW), "once is enough"
    settings = Settings()
    return CostDesk(database, TelemetryDesk(database, settings.telemetry, prices), settings)


async def test_every_day_cost_something_like_the_others(desk):
    days = await desk.by_day(TODAY - timedelta(days=DAYS), TODAY - timedelta(days=1))
    assert len(days) == DAYS
    usd = [each[WHOLE].usd for each in days.values()]
    assert 40 < min(usd) < max(usd) < 170
    assert not sum(each[WHOLE].unpriced_calls for each in days.values())
    weekends = [each[WHOLE].usd for on, each in days.items() if on.weekday() > 4]
    assert sum(weekends) / len(weekends) < sum(usd) / len(usd)


async def test_a_usual_month_keeps_the_demo_s_budgets_and_is_near_them(desk):
    days = await desk.by_day(date(2026, 10, 1), date(2026, 10, 31))
    spent = sum(each[WHOLE].usd for each in days.values())
    assert BUDGETS["monthly_usd"] * 0.75 < spent < BUDGETS["monthly_usd"]


async def test_today_has_begun_and_has_the_fleet_s_models_and_roles(desk):
    begun = datetime(2026, 11, 23, tzinfo=UTC)
    found = await desk.spend(begun, NOW, group_by=Dimension.ROLE)
    assert set(found) == {"architect", "implementer", "critic"}
    models = await desk.spend(begun, NOW, group_by=Dimension.MODEL)
    assert set(models) == {"glm-4.5", "claude-opus-4-1"}
    assert 20 < sum(each.usd for each in models.values()) < 90


async def test_critics_asked_the_same_again(desk, database):
    day = (NOW - timedelta(days=REPEATS_DAYS) - datetime(1970, 1, 1, tzinfo=UTC)).days
    found = await database.read(lambda tx: request_repeats.repeats_since(tx, day))
    by_series = {each.series_id for each in found}
    assert sum(each.calls for each in found) == len(by_series) * REPEATS_DAYS * REPEATED * (TIMES - 1)
    assert all(each.cost_picousd > 0 for each in found)
