"""A process killed at the worst moments: what was answered is stored, and everything counts once."""

import signal

import pytest

from bot.store.telemetry import calls as store
from bot.store.telemetry import deltas
from tests import programs
from tests.services.telemetry.conftest import make_calls
from tests.services.telemetry.test_telemetry import direct, everything

#: Receives a batch, folds it, receives another: killed wherever FAULTS says.
PROGRAM = """
import asyncio, sys
from bot.clock import Clock
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.settings import TelemetrySettings
from bot.store.open import open_database
from tests.services.telemetry.conftest import make_calls

async def main():
    database = open_database(sys.argv[1], Clock())
    desk, folder = TelemetryDesk(database, TelemetrySettings()), Folder(database)
    for start in (0, 50):
        await desk.receive(make_calls(50, start=start))
        print(start + 50, flush=True)
        await folder.fold_all()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("faults", "answered", "stored", "waiting"),
    [
        pytest.param("ingest.before_commit:1", 0, 0, 0, id="before the first commit"),
        pytest.param("ingest.committed:1", 0, 50, 1, id="between commit and answer"),
        pytest.param("fold.before_commit:1", 50, 50, 1, id="while the first batch is folded"),
        pytest.param("ingest.before_commit:2", 50, 50, 0, id="before the second commit"),
        pytest.param("ingest.committed:2", 50, 100, 1, id="after a fold, between commit and answer"),
        pytest.param("fold.before_commit:2", 100, 100, 1, id="while the second batch is folded"),
    ],
)
async def test_kill_loses_nothing_and_counts_nothing_twice(
    desk, folder, database, database_url, faults, answered, stored, waiting
):
    done = programs.run(PROGRAM, database_url, faults=faults)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert int(done.stdout.split()[-1] if done.stdout else 0) == answered
    assert await database.read(store.count) == stored
    assert await database.read(deltas.waiting) == waiting
    calls = make_calls(100)
    # The sender has no answer to its last batch, and sends everything again.
    assert sum(await desk.receive(calls)) == 100 - stored
    assert await everything(desk, folder) == direct(calls)
