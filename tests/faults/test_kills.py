"""SIGKILL at every named fail point and at random moments, on the whole product with real processes."""

import os
import random
from pathlib import Path

import pytest

from bot.failpoints import FailPoint
from tests.faults.chaos import ELSEWHERE, Report, run

#: `FAULT_SEED=… pytest tests/faults` runs the same plan again, as far as timing allows.
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**9))
CALLS = ["chat.postMessage", "chat.update"]
#: Slack's own bad days, while riskbot is killed on top of them.
WEATHERS = {
    "calm": {},
    "answers lost": {"drop_after_commit_share": 0.2, "methods": CALLS},
    "internal errors": {"error_share": 0.3, "error": "internal_error", "methods": CALLS},
    "servers failing": {"error_share": 0.3, "error": "fatal_error", "status": 503, "methods": CALLS},
    "rate limited": {"rate_limit_share": 0.3, "retry_after_seconds": 1, "methods": CALLS},
}
LONG_KILLS = 100


def _assert_kept(report: Report) -> None:
    print(report)
    assert not report.complaints, report


@pytest.mark.timeout(240)
async def test_nothing_is_lost_or_told_twice_when_killed(sqlite_url: str, tmp_path: Path) -> None:
    report = await run(sqlite_url, tmp_path, kills=40, seed=SEED)
    _assert_kept(report)
    missed = set(FailPoint) - set(report.kills) - ELSEWHERE
    assert not missed, f"no process reached {missed}; {report}"


@pytest.mark.timeout(240)
async def test_replicas_take_over_from_killed_ones(postgres_url: str, tmp_path: Path) -> None:
    _assert_kept(await run(postgres_url, tmp_path, kills=10, seed=SEED, replicas=2))


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("weather", WEATHERS)
async def test_a_thousand_kills_in_any_weather(database_url: str, tmp_path: Path, weather: str) -> None:
    """100 kills in each weather on each database: 1,000 in all; on PostgreSQL two replicas share the work."""
    replicas = 2 if database_url.startswith("postgresql") else 1
    options = {"replicas": replicas, "weather": WEATHERS[weather]}
    _assert_kept(await run(database_url, tmp_path, kills=LONG_KILLS, seed=SEED, **options))
