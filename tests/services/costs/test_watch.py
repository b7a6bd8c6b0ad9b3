"""What is wrong with prices becomes alerts, which end by themselves; both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.services.alerts import respond
from bot.services.alerts.respond import Press
from bot.services.costs.watch import PriceWatch
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import AlertDelivery, TelemetrySettings
from bot.settings_costs import PricingSettings
from bot.store.alerts import alerts
from riskengine.pricing import PriceBook
from tests.services.telemetry.conftest import make_call


def book(*versions) -> PriceBook:
    prices = versions or ({"input": "1", "output": "1"},)
    return PriceBook.model_validate({"checked_on": "2026-11-22", "models": [{"name": "glm-4.5", "prices": prices}]})


class Shop:
    """A fleet that calls models, and whoever watches their prices."""

    def __init__(self, database, folder, prices: PriceBook) -> None:
        self.database = database
        self.clock = database.clock
        self.folder = folder
        self.telemetry = TelemetryDesk(database, TelemetrySettings(), prices)
        self.watch = PriceWatch(database, self.telemetry, prices, PricingSettings(), AlertDelivery())

    async def call(self, call_id: str, **told) -> None:
        tokens = {"input_tokens": 900_000, "output_tokens": 100_000}
        await self.telemetry.receive([make_call(call_id, self.clock.now(), **{**tokens, **told})])
        await self.folder.fold_all()

    async def look(self) -> dict[tuple[str, str], str]:
        """(name, model) → status, of the newest episode of each."""
        await self.watch.look()
        rows = await self.database.read(lambda tx: tx.execute(select(alerts).order_by(alerts.c.id)).all())
        assert all(row.labels["area"] == "cost" for row in rows)
        return {(row.name, row.labels["model"]): row.status for row in rows}


@pytest.fixture
def shop(database, folder) -> Shop:
    return Shop(database, folder, book())


async def test_an_unpriced_model_is_an_alert_until_it_is_not_called_any_more(shop):
    assert await shop.look() == {}
    await shop.call("1", model="new")
    await shop.call("2")
    key = ("unpriced_model", "new")
    assert await shop.look() == {key: "firing"}
    assert await shop.look() == {key: "firing"}
    shop.clock.advance(timedelta(days=1, minutes=2).total_seconds())
    assert await shop.look() == {key: "resolved"}


async def test_a_senders_figure_for_an_unknown_model_is_a_price(shop):
    await shop.call("1", model="new", cost_usd="0.5")
    assert await shop.look() == {}
    await shop.call("2", model="new", cost_usd="0")
    assert await shop.look() == {("unpriced_model", "new"): "firing"}


async def test_figures_that_differ_are_an_alert_with_both_sums(shop):
    await shop.call("1", cost_usd="1.05")
    assert await shop.look() == {}
    await shop.call("2", cost_usd="3")
    assert await shop.look() == {("cost_figures_differ", "glm-4.5"): "firing"}
    [row] = await shop.database.read(lambda tx: tx.execute(select(alerts)).all())
    assert row.annotations["value"] == "told $4.05, by our prices $2.00 (+102%)"
    assert row.labels["provider"] == "z_ai"


async def test_a_told_nothing_for_tokens_differs(shop):
    await shop.call("1", cost_usd="0")
    assert await shop.look() == {("cost_figures_differ", "glm-4.5"): "firing"}


async def resolve_all(shop) -> None:
    [group_id] = await shop.database.read(lambda tx: tx.execute(select(alerts.c.group_id)).scalars().all())
    press = Press(user_id="U0ANN", group_id=group_id, delivery_id="p1")
    await shop.database.write(lambda tx: respond.resolve(tx, press, AlertDelivery()))


async def test_an_increase_is_told_once_and_ends(database, folder):
    since = database.clock.now().date()
    prices = book({"input": "1", "output": "1"}, {"since": since.isoformat(), "input": "2", "output": "1"})
    shop = Shop(database, folder, prices)
    key = ("provider_price_increase", "glm-4.5")
    assert await shop.look() == {key: "firing"}
    shop.clock.advance(timedelta(days=8).total_seconds())
    assert await shop.look() == {key: "resolved"}


async def test_an_increase_that_a_person_resolved_is_not_told_again(database, folder):
    since = database.clock.now().date().isoformat()
    shop = Shop(database, folder, book({"input": "1", "output": "1"}, {"since": since, "input": "2", "output": "1"}))
    await shop.look()
    await resolve_all(shop)
    assert await shop.look() == {("provider_price_increase", "glm-4.5"): "resolved"}
