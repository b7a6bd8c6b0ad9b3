"""The daily digest of cost as rows: ordered by its timer, written once, of the day that ended last; both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.services.costs.budgets import BudgetDesk
from bot.services.costs.desk import CostDesk
from bot.services.costs.overview import OverviewDesk
from bot.services.reports import costs
from bot.services.reports.costs import CostDigest
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import Settings
from bot.store import cost_digests, due
from bot.store.due import DueKind
from bot.store.messages import Priority, messages
from bot.store.open import open_database
from riskengine.telemetry import ModelCall

#: A Friday noon.
START = datetime(2026, 3, 6, 11, tzinfo=UTC)
#: Eight o'clock in Berlin on the next day.
EIGHT = datetime(2026, 3, 7, 7, tzinfo=UTC)
HOUR = 3600.0


def settings(**reports) -> Settings:
    return Settings.model_validate({"time_zone": "Europe/Berlin", "reports": reports})


@pytest.fixture
def clock() -> Clock:
    return Clock(start=START)


def digest(database, chosen: Settings) -> CostDigest:
    telemetry = TelemetryDesk(database, chosen.telemetry)
    desk = CostDesk(database, telemetry, chosen)
    return CostDigest(database, OverviewDesk(database, None, desk, BudgetDesk(database, desk, chosen.budgets)), chosen)


async def plan(database, chosen: Settings) -> datetime | None:
    await database.write(costs.daily(chosen).plan)
    return await database.read(due.next_due_at)


async def do_due(database, chosen: Settings) -> int:
    def work(tx) -> int:
        rows = due.claim(tx, 10)
        if rows:
            costs.order(tx, rows, chosen)
        return len(rows)

    return await database.write(work)


async def told(database) -> list:
    return await database.read(
        lambda tx: list(tx.execute(select(messages).where(messages.c.template == costs.TEMPLATE)))
    )


async def spend(database, at: datetime, usd: str, call_id: str = "c1") -> None:
    call = ModelCall(
        id=call_id,
        at=at,
        model="m",
        provider="p",
        duration_seconds=1.0,
        input_tokens=10,
        output_tokens=1,
        cost_usd=usd,
    )
    await TelemetryDesk(database, Settings().telemetry).receive([call])
    await Folder(database).fold_all()


async def test_it_is_planned_in_the_organisations_time_zone(database):
    assert await plan(database, settings()) == EIGHT
    assert await plan(database, settings(cost_digest_hour=18)) == START + timedelta(hours=6)
    assert await plan(database, settings(cost_digest=False)) is None
    assert await plan(database, settings()) == EIGHT


async def test_it_tells_of_the_day_before_once_and_the_next_is_planned(database, clock):
    chosen = settings()
    await spend(database, START + timedelta(hours=3), "42.5")
    # After midnight in Berlin, so another day.
    await spend(database, START + timedelta(hours=13), "7", "c2")
    await plan(database, chosen)
    clock.advance(21 * HOUR)
    assert await do_due(database, chosen) == 1
    assert await digest(database, chosen).write()
    assert not await digest(database, chosen).write()
    [row] = await told(database)
    assert (row.channel, row.priority) == (chosen.alerts.default_channel, Priority.REPORT)
    assert (row.payload["day"], row.payload["spent"], row.payload["compared"]) == ("Fri 6 Mar", "$42.50", "")
    assert row.payload["standings"][0]["told"].startswith("$7.00 of $50.00 (14 %)")
    assert await database.read(due.next_due_at) == EIGHT + timedelta(days=1)


async def test_a_restart_between_order_and_note_loses_nothing_and_repeats_nothing(database, clock, database_url):
    chosen = settings(cost_digest_channel="#money")
    await plan(database, chosen)
    clock.advance(21 * HOUR)
    await do_due(database, chosen)
    rival = open_database(database_url, clock)
    try:
        assert await digest(rival, chosen).write()
        # A due row that came back by hand orders it anew; it was told.
        await rival.write(lambda tx: due.schedule(tx, DueKind.COST_DIGEST, [costs.THE_ONE], tx.now))
        assert await do_due(rival, chosen) == 1
        assert await digest(database, chosen).write()
    finally:
        await rival.close()
    assert [row.channel for row in await told(database)] == ["#money"]


async def test_two_replicas_write_one(database, clock, database_url):
    chosen = settings()
    await plan(database, chosen)
    clock.advance(21 * HOUR)
    await do_due(database, chosen)
    assert await database.write(lambda tx: cost_digests.take(tx, EIGHT))
    assert not await database.write(lambda tx: cost_digests.take(tx, EIGHT))


async def test_after_days_offline_one_digest_tells_of_the_last_day_and_that_it_is_late(database, clock):
    chosen = settings()
    await plan(database, chosen)
    clock.advance(5 * 24 * HOUR)
    await plan(database, chosen)
    await do_due(database, chosen)
    assert await digest(database, chosen).write()
    [row] = await told(database)
    assert row.payload["day"] == "Tue 10 Mar"
    assert row.not_before - row.wanted_at > timedelta(hours=1)


async def test_the_same_weekday_of_weeks_before_is_what_is_usual(database, clock):
    chosen = settings()
    for week, usd in enumerate(("80", "40", "44")):
        await spend(database, START - timedelta(days=7 * week), usd, f"w{week}")
    await plan(database, chosen)
    clock.advance(21 * HOUR)
    await do_due(database, chosen)
    await digest(database, chosen).write()
    [row] = await told(database)
    assert row.payload["compared"] == "90% more than usual on this weekday ($42.00)"


async def test_the_usual_needs_two_weeks(database):
    chosen = settings()
    await spend(database, START - timedelta(days=7), "40")
    desk = digest(database, chosen)._desk
    assert await desk.usual_until(START.date()) is None
    await spend(database, START - timedelta(days=14), "50", "c2")
    assert await desk.usual_until(START.date()) == Decimal(45)
