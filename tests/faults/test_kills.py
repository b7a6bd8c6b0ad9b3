"""SIGKILL at every named fail point and at random moments, on the whole product with real processes."""

import os
import random
from pathlib import Path

import pytest

from tests.faults.chaos import run

#: `FAULT_SEED=… pytest tests/faults` runs the same story again, as far as timing allows.
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**9))


@pytest.mark.timeout(240)
async def test_nothing_is_lost_or_told_twice_when_killed(sqlite_url: str, tmp_path: Path) -> None:
    report = await run(sqlite_url, tmp_path, kills=40, seed=SEED)
    print(report)
    assert not report.complaints, report


@pytest.mark.timeout(240)
async def test_replicas_take_over_from_killed_ones(postgres_url: str, tmp_path: Path) -> None:
    report = await run(postgres_url, tmp_path, kills=10, seed=SEED, replicas=2)
    print(report)
    assert not report.complaints, report
