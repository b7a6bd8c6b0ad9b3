"""Spending is the sum of its calls: over any time, by any label, by days that may have 23, 24 or 25 hours."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.services.costs.desk import WHOLE, CostDesk
from bot.services.telemetry.desk import TelemetryDesk
from bot.settings import Settings, TelemetrySettings
from riskengine.areas.cost.spend import Spend
from riskengine.series import Dimension
from tests.services.telemetry.conftest import make_call

BERLIN = ZoneInfo("Europe/Berlin")
#: A week before until a week after summer time ended in 2024.
FIRST, LAST = date(2024, 10, 20), date(2024, 11, 3)
START = datetime(2024, 10, 19, 20, tzinfo=UTC)


def calls_of_a_fortnight():
    return [
        make_call(
            f"c{number}",
            START + number * timedelta(minutes=37),
            model=f"m{number % 3}",
            role=("architect", "critic", None)[number % 3],
            escalated=number % 5 == 0,
            cached_input_tokens=number % 7,
            cost_usd=None if number % 4 == 0 else f"0.00{number:06d}",
        )
        for number in range(600)
    ]


def summed(calls):
    """What reading every call gives."""
    unpriced = [call for call in calls if call.cost_usd is None]
    return Spend(
        usd=sum((call.cost_usd for call in calls if call.cost_usd is not None), Decimal(0)),
        calls=len(calls),
        escalated_calls=sum(call.escalated is True for call in calls),
        input_tokens=sum(call.input_tokens for call in calls),
        cached_input_tokens=sum(call.cached_input_tokens or 0 for call in calls),
        output_tokens=sum(call.output_tokens for call in calls),
        unpriced_calls=len(unpriced),
        unpriced_tokens=sum(call.input_tokens + call.output_tokens for call in unpriced),
    )


@pytest.fixture
async def calls(telemetry, folder):
    told = calls_of_a_fortnight()
    await telemetry.receive(told)
    await folder.fold_all()
    return told


def grouped(calls, of):
    keys = {of(call) for call in calls}
    return {key: summed([call for call in calls if of(call) == key]) for key in keys}


async def test_spend_is_the_sum_of_its_calls(desk, calls):
    start, end = START + timedelta(hours=3, minutes=11), START + timedelta(days=5, minutes=7)
    inside = [call for call in calls if start <= call.at < end]
    assert await desk.spend(start, end) == {WHOLE: summed(inside)}
    assert await desk.spend(start, end, group_by=Dimension.ROLE) == grouped(inside, lambda call: call.role or "")
    some = [call for call in inside if call.model in {"m0", "m1"}]
    only = {Dimension.MODEL: ["m0", "m1"]}
    assert await desk.spend(start, end, only=only, group_by=Dimension.MODEL) == grouped(some, lambda call: call.model)


async def test_nothing_spent_is_a_whole_of_nothing(desk, calls):
    long_ago = START - timedelta(days=10)
    assert await desk.spend(long_ago, START) == {WHOLE: Spend()}
    assert await desk.spend(START, START) == {WHOLE: Spend()}
    assert await desk.spend(long_ago, START, group_by=Dimension.MODEL) == {}


async def test_days_are_those_of_the_organisation(desk, calls):
    """The 27th of October 2024 had 25 hours in Berlin."""
    days = await desk.by_day(FIRST, LAST)
    assert list(days) == [FIRST + timedelta(days=number) for number in range(15)]
    for day, spend in days.items():
        assert spend == {WHOLE: summed([call for call in calls if call.at.astimezone(BERLIN).date() == day])}, day


async def test_days_told_apart_add_up_to_their_whole(desk, calls):
    whole = await desk.by_day(FIRST, LAST)
    by_model = await desk.by_day(FIRST, LAST, group_by=Dimension.MODEL)
    assert {day: sum(models.values(), Spend()) for day, models in by_model.items()} == {
        day: spend[WHOLE] for day, spend in whole.items()
    }


async def test_days_are_exact_where_minutes_are_gone(database, calls):
    """Hours are enough for the days of a zone that is whole hours from UTC."""
    settings = Settings(time_zone="Europe/Berlin", telemetry=TelemetrySettings())
    hours_only = CostDesk(database, TelemetryDesk(database, settings.telemetry), settings)
    keeping = CostDesk(
        database, TelemetryDesk(database, TelemetrySettings(minutes_kept_for=timedelta(days=36_500))), settings
    )
    assert await hours_only.by_day(FIRST, LAST) == await keeping.by_day(FIRST, LAST)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"])
async def test_days_of_any_zone_lose_and_double_nothing(database, calls, zone):
    settings = Settings(time_zone=zone, telemetry=TelemetrySettings())
    desk = CostDesk(database, TelemetryDesk(database, settings.telemetry), settings)
    days = await desk.by_day(date(2024, 9, 1), date(2024, 12, 1))
    assert sum((spend[WHOLE] for spend in days.values()), Spend()) == summed(calls)
