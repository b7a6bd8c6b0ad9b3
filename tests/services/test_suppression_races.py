"""Replicas that mute and that change what mutes at once: nothing stays muted by what is over, nothing waits for ever."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.store.alerts import alert_groups
from bot.store.alerts import alerts as alert_rows
from riskengine.response.alerts import AlertStatus
from tests.services.conftest import signal
from tests.services.silences import Silences
from tests.services.test_inhibitions import outage, slow

FIRING, _, SUPPRESSED, RESOLVED = AlertStatus
ROUNDS = 15


async def muted_by_nothing(database) -> list[str]:
    """Alerts that hold and are suppressed though nothing in force mutes them; each must have said who does."""
    rows = sa.select(alert_rows.c.name).where(alert_rows.c.status == SUPPRESSED)
    return list(await database.read(lambda tx: tx.execute(rows).scalars().all()))


async def test_alerts_that_come_while_a_silence_ends(alerts, rival, silences, database):
    theirs = Silences(rival.database, rival.settings)
    for number in range(ROUNDS):
        made = await silences.make("model=glm")

        async def intake(receive=alerts.receive, number=number) -> None:
            for each in range(6):
                await receive(signal(name=f"n{number}-{each}"))

        await asyncio.gather(intake(), theirs.end(made))
        await asyncio.gather(alerts.do_due(), rival.do_due())
        assert await muted_by_nothing(database) == []


async def test_alerts_that_come_while_a_silence_begins(alerts, rival, silences, database):
    theirs = Silences(rival.database, rival.settings)

    async def intake() -> None:
        for each in range(40):
            await alerts.receive(signal(name=f"n{each}"))

    await asyncio.gather(intake(), theirs.make("model=glm"))
    await alerts.do_due()
    statuses = sa.select(alert_rows.c.status).distinct()
    assert await database.read(lambda tx: tx.execute(statuses).scalars().all()) == [SUPPRESSED]
    groups = sa.select(alert_groups.c.status).distinct()
    assert await database.read(lambda tx: tx.execute(groups).scalars().all()) == [SUPPRESSED]


async def test_alerts_that_come_while_what_explains_them_ends(alerts, rival, database):
    for number in range(ROUNDS):
        await alerts.receive(outage(region=str(number)))

        async def intake(number=number) -> None:
            for each in range(6):
                await rival.receive(slow(name=f"n{number}-{each}"))

        await asyncio.gather(intake(), alerts.receive(outage("resolved", region=str(number))))
        await asyncio.gather(alerts.do_due(), rival.do_due())
        assert await muted_by_nothing(database) == []


@pytest.mark.timeout(120)
async def test_everything_at_once_comes_to_rest(alerts, rival, silences, database):
    theirs = Silences(rival.database, rival.settings)

    async def flaps(receive, role: str) -> None:
        for _ in range(8):
            await receive(outage(region=role), slow(role=role), slow(name="Errors", role=role))
            await receive(outage("resolved", region=role), slow("resolved", role=role))

    async def mutes() -> None:
        for _ in range(8):
            made = await silences.make("model=glm")
            await theirs.end(made)

    async def timers(which) -> None:
        for _ in range(12):
            await which.do_due()
            await asyncio.sleep(0)

    await asyncio.gather(flaps(alerts.receive, "a"), flaps(rival.receive, "b"), mutes(), timers(alerts), timers(rival))
    await alerts.do_due()
    left = sa.select(alert_rows.c.name, alert_rows.c.status).where(alert_rows.c.status != RESOLVED)
    rows = await database.read(lambda tx: tx.execute(left).all())
    assert {tuple(row) for row in rows} == {("Errors", FIRING)}
