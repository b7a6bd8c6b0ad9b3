"""Calls are priced as they are stored: what the raw rows and the rollups hold of it, on both databases."""

import json
from decimal import Decimal

import pytest

from bot.services.costs.desk import WHOLE
from bot.services.price_table import SHIPPED, read_prices
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import TelemetrySettings
from bot.store import migrations
from bot.store.open import open_database
from bot.store.telemetry import calls as raw
from bot.store.telemetry import deltas
from riskengine.rollups import to_picousd
from riskengine.windows import Window, minute_of
from tests.services.telemetry.conftest import MOMENT, make_call

DAY = Window(minute_of(MOMENT), minute_of(MOMENT) + 1440)
#: A million read tokens of GLM-4.5 cost 0.60, a million written ones 2.20.
MILLION = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}


def pico(usd: str) -> int:
    return to_picousd(Decimal(usd))


@pytest.fixture
def telemetry(database, settings) -> TelemetryDesk:
    return TelemetryDesk(database, settings.telemetry, read_prices(SHIPPED))


async def rows(database):
    found = await database.read(lambda tx: tx.execute(raw.calls.select().order_by(raw.calls.c.call_id)).all())
    return [(row.cost_picousd, row.told_picousd, row.priced_by_us) for row in found]


async def test_a_raw_call_holds_our_price_and_the_senders_figure(database, telemetry):
    told = [
        make_call("1", **MILLION),
        make_call("2", **MILLION, cost_usd="3"),
        make_call("3", **MILLION, cost_usd="4", model="unheard-of"),
        make_call("4", **MILLION, cost_usd="0", model="unheard-of"),
    ]
    await telemetry.receive(told)
    assert await rows(database) == [
        (pico("2.8"), None, True),
        (pico("2.8"), pico("3"), True),
        (pico("4"), pico("4"), False),
        (None, 0, None),
    ]


async def test_rollups_compare_what_both_know(database, telemetry, folder, desk):
    told = [
        make_call("1", **MILLION),
        make_call("2", **MILLION, cost_usd="3"),
        make_call("3", **MILLION, cost_usd="0.1"),
        make_call("4", **MILLION, cost_usd="4", model="unheard-of"),
        make_call("5", **MILLION, model="unheard-of"),
    ]
    await telemetry.receive(told)
    await folder.fold_all()
    [rollup] = (await telemetry.sums(DAY, kept=())).values()
    assert (rollup.compared_calls, rollup.compared_told_picousd, rollup.compared_ours_picousd) == (
        2,
        pico("3.1"),
        pico("5.6"),
    )
    spend = (await desk.spend(MOMENT, MOMENT.replace(hour=23)))[WHOLE]
    assert (spend.usd, spend.unpriced_calls, spend.unpriced_tokens) == (Decimal("12.4"), 1, 2_000_000)


async def test_what_an_older_program_left_to_fold_still_counts(database, telemetry, folder):
    """Its deltas end with the cost."""
    await telemetry.receive([make_call("1", **MILLION, cost_usd="3")])

    def shorten(tx):
        [row] = tx.execute(deltas.rollup_deltas.select()).all()
        older = json.dumps([each[:-1] for each in json.loads(row.payload)])
        tx.execute(deltas.rollup_deltas.update().where(deltas.rollup_deltas.c.id == row.id).values(payload=older))

    await database.write(shorten)
    await folder.fold_all()
    [rollup] = (await telemetry.sums(DAY, kept=())).values()
    assert (rollup.calls, rollup.cost_picousd, rollup.compared_calls) == (1, pico("2.8"), 0)


async def test_calls_of_before_keep_their_senders_figure(database_url, clock):
    """Down to the schema without prices of ours, and up again as an operator goes."""
    first = open_database(database_url, clock)
    telemetry = TelemetryDesk(first, TelemetrySettings(), read_prices(SHIPPED))
    await telemetry.receive([make_call("1", **MILLION, cost_usd="3"), make_call("2", **MILLION)])
    await first.close()
    await migrations.downgrade(database_url, "0015")
    await migrations.upgrade(database_url)
    again = open_database(database_url, clock)
    assert await rows(again) == [(pico("3"), pico("3"), False), (None, None, None)]
    await again.close()
