"""The real trace at list prices costs what an independent calculation says, to the cent and far beyond."""

import csv
import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from bot.cli.recordings import Told, read
from bot.services.costs.desk import WHOLE, CostDesk
from bot.services.price_table import SHIPPED, read_prices
from bot.services.telemetry.desk import TelemetryDesk
from bot.store.telemetry import calls as raw
from riskengine.areas.cost.spend import Spend
from riskengine.rollups import to_usd
from riskengine.series import Dimension

TRACE = Path(__file__).resolve().parents[4] / "shared" / "data" / "azure_llm_2023_conversation.csv"
#: The providers' list prices, US dollars per million tokens read and written, typed in from their pages.
LIST = {"glm-4.5": ("0.60", "2.20"), "claude-opus-4-1": ("15", "75")}
FIRST, LAST = datetime(2023, 11, 16, tzinfo=UTC), datetime(2023, 11, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
BATCH = 2_000


@pytest.fixture
def trace() -> Path:
    if not TRACE.exists():
        pytest.skip(f"the trace is not at {TRACE}; it is never copied into the project")
    return TRACE


def independently(path: Path, model: str) -> Fraction:
    """Nothing of ours: fractions of the file's own columns."""
    read_price, written_price = (Fraction(price) / 10**6 for price in LIST[model])
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return sum(
        (int(row["ContextTokens"]) * read_price + int(row["GeneratedTokens"]) * written_price for row in rows),
        Fraction(),
    )


async def tell(telemetry, folder, calls) -> int:
    told = 0
    while batch := list(itertools.islice(calls, BATCH)):
        told += sum(await telemetry.receive(batch))
    await folder.fold_all()
    return told


async def test_the_trace_costs_what_its_tokens_cost_for_two_models(database, folder, settings, trace):
    telemetry = TelemetryDesk(database, settings.telemetry, read_prices(SHIPPED))
    desk = CostDesk(database, telemetry, settings)
    for model in LIST:
        assert await tell(telemetry, folder, read(trace, Told(model, "p"))) == 19_366
    by_model = await desk.spend(FIRST, LAST, group_by=Dimension.MODEL)
    assert {model: Fraction(spend.usd) for model, spend in by_model.items()} == {
        model: independently(trace, model) for model in LIST
    }
    # As a person would read them on a bill.
    assert {model: f"{spend.usd:.2f}" for model, spend in by_model.items()} == {
        model: f"{float(independently(trace, model)):.2f}" for model in LIST
    }
    hours = [await desk.spend(FIRST + at * HOUR, FIRST + (at + 1) * HOUR) for at in range(24)]
    assert sum((hour[WHOLE] for hour in hours), Spend()) == sum(by_model.values(), Spend())
    assert sum(hour[WHOLE].usd for hour in hours) == await stored(database)


async def stored(database) -> Decimal:
    """The sum of the calls as they are stored, one by one."""
    rows = await database.read(lambda tx: tx.execute(raw.calls.select()).all())
    assert all(row.priced_by_us for row in rows)
    return sum((to_usd(row.cost_picousd) for row in rows), Decimal(0))
