"""A process killed at the worst moments of a control: it starts once, it ends at its time, and both are told once."""

import signal as signals

import pytest

from riskengine.response.controls import ControlEnd, ControlStatus
from tests import programs

#: A watcher that looks again as it does, a person who presses again as they do; the second life is later.
PROGRAM = """
import asyncio, sys
from bot.clock import Clock
from bot.scheduling.due import DueRunner
from bot.services.controls.life import end_due
from bot.store.due import DueKind
from bot.store.open import open_database
from riskengine.response.controls import Condition, ControlStatus, ControlWish
from tests.services.controls.office import ControlOffice

async def main(url, later):
    clock = Clock()
    clock.advance(float(later))
    database = open_database(url, clock)
    office = ControlOffice(database)
    runner = DueRunner(database, {DueKind.END_CONTROL: lambda tx, rows: end_due(tx, rows, office.terms)})
    if not await office.listed():
        await office.see(Condition.ESCALATION_RATE)
    for proposed in await office.listed(ControlStatus.PROPOSED):
        await office.press(proposed, ControlWish.START, delivery="hana's press")
    clock.advance(24 * 3600)
    await runner.do_all()
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("point", ["press.before_commit:1", "due.before_commit:1", "due.committed:1"])
async def test_killed_and_started_again(database_url, office, point):
    killed = programs.run(PROGRAM, database_url, "0", faults=point)
    assert killed.returncode == -signals.SIGKILL, killed.stderr
    again = programs.run(PROGRAM, database_url, "3600")
    assert again.returncode == 0, again.stderr
    [control] = await office.listed()
    assert (control.status, control.ended_because) == (ControlStatus.ENDED, ControlEnd.EXPIRED)
    assert control.ended_at == control.expires_at
    assert [verb for _, verb in await office.audited()] == ["control_proposed", "control_started", "control_expired"]
    assert [template for template, _ in await office.told()] == ["controls/card", "controls/told", "controls/told"]
