"""Two replicas change one group at once: whatever the order, its sum is that of its alerts."""

import asyncio

import pytest
from sqlalchemy import text

from bot.services.alerts import receive
from bot.store import alerts as store
from bot.store import due
from bot.store.database import Database
from bot.store.due import DueKind
from riskengine.response.alerts import AlertStatus
from tests.services.conftest import signal

ROLES = [f"role-{number}" for number in range(8)]


async def sums(database: Database) -> tuple[tuple[str, int, int], dict[str, int]]:
    """What the group says of itself, and what its alerts are."""

    def look(tx):
        [group] = tx.execute(text("SELECT status, firing, acknowledged FROM alert_groups")).all()
        alerts = tx.execute(text("SELECT status, count(*) FROM alerts GROUP BY status")).all()
        return tuple(group), dict(map(tuple, alerts))

    return await database.read(look)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_end_the_last_two_alerts(alerts, rival):
    """Neither sees the other's end before its commit; the second to sum must."""
    await alerts.receive(signal(role="a"), signal(role="b"))

    def slowly(tx):
        effects = receive.receive(tx, [signal("resolved", role="a")], alerts.settings)
        tx.execute(text("SELECT pg_sleep(0.3)"))
        return effects

    first = asyncio.create_task(alerts.database.write(slowly))
    await asyncio.sleep(0.1)
    await rival.receive(signal("resolved", role="b"))
    await first
    group, by_status = await sums(alerts.database)
    assert by_status == {"resolved": 2}
    assert group == ("resolved", 0, 0)


async def test_ends_presses_and_begins_all_at_once(alerts, rival):
    await alerts.receive(*(signal(role=role) for role in ROLES))
    group_id = (await alerts.group()).id
    for _ in range(3):
        await asyncio.gather(
            *(each.receive(signal("resolved", role=role)) for role in ROLES[:4] for each in (alerts, rival)),
            *(alerts.receive(signal(role=role)) for role in ROLES[2:6]),
            rival.acknowledge(group_id),
            alerts.acknowledge(group_id, "U0IVAN"),
        )
        group, by_status = await sums(alerts.database)
        status = next(each for each in AlertStatus if each in by_status)
        assert group == (status, by_status.get("firing", 0), by_status.get("acknowledged", 0))
    assert await deadlocks(alerts.database) == 0


async def deadlocks(database: Database) -> int:
    """So many PostgreSQL had to end, each after a second in which a person waited."""
    asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return 0 if database.dialect == "sqlite" else await database.read(lambda tx: tx.execute(text(asked)).scalar_one())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_group_falls_due_while_a_signal_changes_it(alerts, rival, clock):
    """The timer's row and the group are wanted by both, in either order; neither waits for the other for long."""
    await alerts.receive(signal())
    clock.advance(11)

    def slowly(tx):
        store.lock_concerned(tx, [signal().fingerprint], [])
        tx.execute(text("SELECT pg_sleep(0.3)"))
        return receive.receive(tx, [signal(role="critic")], alerts.settings) and due.schedule(
            tx, DueKind.TELL_GROUP, [1], tx.now
        )

    changing = asyncio.create_task(alerts.database.write(slowly))
    await asyncio.sleep(0.1)
    await rival.do_due()
    await changing
    assert await deadlocks(alerts.database) == 0
    clock.advance(1)
    await rival.do_due()
    told = await alerts.group()
    assert (told.told_at is not None, told.firing) == (True, 2)
