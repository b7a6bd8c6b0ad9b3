"""With a full database riskbot starts, tells what is urgent first, and acts on every timer."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.stress import backlogs

FEW, MANY = 2_000, 100_000


@pytest.mark.parametrize("fill", backlogs.FILLS)
async def test_urgent_goes_before_all_that_waits(database_url: str, tmp_path: Path, fill: str) -> None:
    await _urgent_goes_first(database_url, tmp_path, fill, FEW)


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fill", backlogs.FILLS)
async def test_urgent_goes_before_a_hundred_thousand(database_url: str, tmp_path: Path, fill: str) -> None:
    await _urgent_goes_first(database_url, tmp_path, fill, MANY)


async def _urgent_goes_first(url: str, directory: Path, fill: str, waiting: int) -> None:
    """That it is posted at all before the end of the backlog, which takes hours, proves that it goes first."""
    seen = await backlogs.urgent_behind_backlog(url, directory, backlogs.FILLS[fill], waiting, urgent=2)
    print(f"{fill}: posted after {seen.posted_after_seconds} s")
    assert not seen.violations
    assert len(seen.posted_after_seconds) == 2


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize("overdue", [False, True], ids=["told", "overdue"])
async def test_starts_with_a_hundred_thousand_open_alerts(database_url: str, tmp_path: Path, overdue: bool) -> None:
    print(f"ready after {await backlogs.restart_seconds(database_url, tmp_path, MANY, overdue=overdue):.1f} s")


async def test_every_timer_is_acted_on(database_url: str, tmp_path: Path) -> None:
    spread = timedelta(seconds=2)
    late = await backlogs.late_seconds(database_url, tmp_path, 1_000, spread, ahead=timedelta(seconds=3))
    assert min(late) >= 0


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_every_one_of_ten_thousand_timers_is_acted_on(database_url: str, tmp_path: Path) -> None:
    spread, ahead = timedelta(seconds=10), timedelta(seconds=20)
    late = await backlogs.late_seconds(database_url, tmp_path, 10_000, spread, ahead)
    print(f"at most {max(late):.2f} s late")
    assert min(late) >= 0
