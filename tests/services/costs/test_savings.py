"""What could be saved, from calls that were stored; both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.clock import Clock
from bot.services.costs.savings import SavingsDesk
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import TelemetrySettings
from bot.settings_costs import OptimisationSettings
from riskengine.areas.cost.optimise import Measure
from riskengine.pricing import PriceBook
from tests.services.costs.test_repeats import call, look

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
BOOK = PriceBook.model_validate(
    {
        "checked_on": "2026-03-01",
        "models": [
            {"name": "old", "successor": "new", "prices": [{"input": "100", "output": "100"}]},
            {"name": "new", "prices": [{"input": "40", "output": "40", "batch": "0.5"}]},
        ],
    }
)
#: A million tokens each.
MILLION = {"input_tokens": 900_000, "output_tokens": 100_000, "cost_usd": None}


@pytest.fixture
def clock() -> Clock:
    return Clock(start=NOON)


async def savings(database, calls, **settings):
    telemetry = TelemetryDesk(database, TelemetrySettings(), BOOK)
    await telemetry.receive(calls)
    await Folder(database).fold_all()
    await look(database)
    chosen = OptimisationSettings(**settings)
    return await SavingsDesk(database, telemetry, BOOK, chosen, UTC).savings()


def found(answer) -> dict[Measure, tuple[Decimal, int]]:
    return {each.measure: (each.usd_per_month, each.calls) for each in answer.found}


def spread(count: int, hash_of=lambda number: f"r{number}", **values):
    """Calls of ten days, the first one just ten days ago."""
    return [
        call(number, hash_of(number), at=NOON - timedelta(days=10) + number * timedelta(hours=24), **MILLION | values)
        for number in range(count)
    ]


async def test_nothing_known(database):
    answer = await savings(database, [call(1, "a", model="unheard", cost_usd=None)])
    assert (answer.found, answer.spent_per_month) == ((), 0)


async def test_a_successor_is_cheaper_for_the_same_tokens(database):
    answer = await savings(database, spread(10, model="old"))
    # Ten calls of 100 dollars in ten days; the successor takes 40 for each.
    assert answer.days == 10
    assert answer.spent_per_month == 3_000
    assert found(answer) == {Measure.MODEL_SELECTION: (Decimal(1_800), 10)}
    assert answer.found[0].where == ("new in place of old",)


async def test_an_operator_may_name_a_cheaper_model(database):
    mapped = {"cheaper_models": {"new": "old"}}
    assert (await savings(database, spread(10, model="new"), **mapped)).found == ()


async def test_who_can_wait_is_batched_where_batches_have_a_price(database):
    calls = [*spread(10, model="new", role="critic")]
    answer = await savings(database, calls, patient_roles=("critic",))
    assert found(answer) == {Measure.BATCHING: (Decimal(600), 10)}


async def test_repeats_of_one_day_come_out_of_a_cache_and_count_once(database):
    """Twenty calls on one day, all the same; nineteen are repeats, the first still moves to the successor."""
    at = NOON - timedelta(days=10)
    calls = [call(number, "same", at=at, model="old", **MILLION) for number in range(20)]
    answer = await savings(database, calls)
    assert found(answer) == {Measure.CACHING: (Decimal(5_700), 19), Measure.MODEL_SELECTION: (Decimal(180), 1)}
    assert answer.usd_per_month < answer.spent_per_month == 6_000


async def test_cheaper_hours(database):
    calls = [
        call(
            number,
            None,
            at=NOON - timedelta(days=10) + number * timedelta(hours=1),
            model="old",
            role="critic",
            **MILLION,
        )
        for number in range(24)
    ]
    hours = {"off_peak_hours": tuple(range(6)), "off_peak_discount": "0.9"}
    answer = await savings(database, calls, patient_roles=("critic",), **hours)
    # Eighteen of a day's calls could wait for a tenth of their price, which is more than the cheaper model saves.
    assert found(answer) == {Measure.TIME_BASED_ROUTING: (Decimal(18 * 90 * 3), 18)}
