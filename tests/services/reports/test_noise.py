"""The weekly report as rows: planned once, told once, of the week that ended last; both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.clock import Clock
from bot.services.alerts import respond, tell
from bot.services.alerts.usefulness import judge
from bot.services.reports import noise
from bot.settings import Settings
from bot.store import due
from bot.store.alerts import alerts
from bot.store.due import DueKind
from bot.store.messages import Priority, messages
from bot.store.open import open_database
from tests.services.conftest import Alerts, signal

#: A Friday.
START = datetime(2026, 3, 6, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)
HOUR = 3600.0


def settings(**reports) -> Settings:
    return Settings.model_validate({"time_zone": "Europe/Berlin", "reports": reports, "alerts": {"group_wait": "10s"}})


@pytest.fixture
def clock() -> Clock:
    return Clock(start=START)


async def plan(database, chosen: Settings) -> datetime | None:
    await database.write(lambda tx: noise.plan(tx, chosen))
    return await database.read(due.next_due_at)


async def do_due(database, chosen: Settings) -> int:
    """The due report, as the due runner does it; returns how many rows were done."""

    def work(tx) -> int:
        rows = due.claim(tx, 10)
        if rows:
            noise.tell(tx, rows, chosen)
        return len(rows)

    return await database.write(work)


async def told(database) -> list:
    return await database.read(
        lambda tx: list(tx.execute(select(messages).where(messages.c.template == noise.TEMPLATE)))
    )


async def test_it_is_planned_in_the_organisations_time_zone(database):
    assert await plan(database, settings()) == MONDAY
    assert await plan(database, settings(noise_day="sunday", noise_hour=18)) == MONDAY - timedelta(hours=15)
    assert await plan(database, settings(noise_day="never")) is None
    assert await plan(database, settings()) == MONDAY


async def test_it_is_told_once_and_the_next_is_planned(database, clock):
    await plan(database, settings())
    clock.advance(3 * 24 * HOUR)
    assert await do_due(database, settings()) == 1
    assert await do_due(database, settings()) == 0
    [row] = await told(database)
    assert (row.channel, row.priority) == ("#llm-alerts", Priority.REPORT)
    assert row.payload["period"] == "Mon 2 Mar to Mon 9 Mar"
    assert await database.read(due.next_due_at) == MONDAY + timedelta(days=7)


async def test_a_replica_that_starts_meanwhile_plans_no_second_one(database, clock, database_url):
    """It is due already when the second replica starts, and both want to tell it."""
    chosen = settings()
    await plan(database, chosen)
    clock.advance(3 * 24 * HOUR)
    rival = open_database(database_url, clock)
    try:
        assert await plan(rival, chosen) == MONDAY, "what is due stays due"
        assert sorted([await do_due(database, chosen), await do_due(rival, chosen)]) == [0, 1]
        await plan(rival, chosen)
        # Even a due row that came back by hand tells nothing twice: the week's end is the key.
        await rival.write(lambda tx: due.schedule(tx, DueKind.NOISE_REPORT, [noise.THE_ONE], tx.now))
        assert await do_due(rival, chosen) == 1
    finally:
        await rival.close()
    assert len(await told(database)) == 1


async def test_after_weeks_offline_one_report_tells_of_the_last_week_and_that_it_is_late(database, clock):
    await plan(database, settings(noise_channel="#quality"))
    clock.advance(24 * 24 * HOUR)
    await plan(database, settings(noise_channel="#quality"))
    await do_due(database, settings(noise_channel="#quality"))
    [row] = await told(database)
    assert row.channel == "#quality"
    # 30 March 2026 is the second day of summer time; three weeks were missed, the last one is told.
    assert row.payload["period"] == "Mon 23 Mar to Mon 30 Mar"
    late = row.not_before - row.wanted_at
    assert timedelta(hours=4) < late < timedelta(hours=6)
    assert await database.read(due.next_due_at) == datetime(2026, 4, 6, 7, tzinfo=UTC)


async def test_what_it_counts(database, clock):
    chosen = settings()
    verbs = Alerts(database, chosen.alerts)

    async def tell_due() -> None:
        def work(tx) -> None:
            rows = [row for row in due.claim(tx, 100) if row.kind == DueKind.TELL_GROUP]
            if rows:
                tell.tell_groups(tx, rows, chosen.alerts)

        await database.write(work)

    await verbs.receive(signal(role="a"), signal(role="b"))
    await verbs.receive(signal(name="Errors"))
    await verbs.receive(signal(name="Untold"))
    await verbs.receive(signal("resolved", name="Untold"))
    clock.advance(11)
    await tell_due()
    groups = {1: "Slow", 2: "Errors"}
    clock.advance(110)
    await verbs.acknowledge(1)
    # Given back: the group knows nothing of it any more, the audit does.
    await verbs.press(respond.unacknowledge, 1)
    clock.advance(480)
    await verbs.receive(signal("resolved", role="a"), signal("resolved", role="b"))
    for user, useful in (("U1", True), ("U2", False), ("U3", True)):
        await verbs.press(lambda tx, press, _, useful=useful: judge(tx, press, useful=useful), 1, user)
    await database.write(lambda tx: tx.execute(update(alerts).where(alerts.c.name == "Untold").values(inhibited_by=1)))
    report = await noise.ReportDesk(database, chosen).noise()
    assert report["total"]["suppressed"] == 1
    by_name = {each["name"]: each for each in report["names"]}
    assert set(groups.values()) <= set(by_name)
    slow, errors = by_name["Slow"], by_name["Errors"]
    assert (slow["groups"], slow["alerts"], slow["useful"], slow["mtta"], slow["mttr"]) == (
        1,
        2,
        "67 % of 3",
        "2 min",
        "10 min",
    )
    assert (slow["never_acknowledged"], errors["never_acknowledged"]) == ("0 %", "100 %")
    assert (errors["mtta"], errors["mttr"], errors["useful"]) == ("–", "–", "–")  # noqa: RUF001 - what is shown
    assert report["noisiest"][0]["advice"].startswith("Leave it as it is")


async def test_what_is_older_than_a_week_is_not_in_it(database, clock):
    chosen = settings()
    await Alerts(database, chosen.alerts).receive(signal())
    clock.advance(8 * 24 * HOUR)
    assert (await noise.ReportDesk(database, chosen).noise())["total"]["groups"] == 0
