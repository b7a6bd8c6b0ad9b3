"""While Slack is away nothing is lost, memory stays, and afterwards all is told within Slack's limits."""

from pathlib import Path

import pytest

from tests.stress import away

MEMORY_MB = 100


async def test_slack_away_for_a_while(database_url: str, tmp_path: Path) -> None:
    await _is_told_afterwards(database_url, tmp_path, seconds=900)


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_slack_away_for_two_hours(database_url: str, tmp_path: Path) -> None:
    await _is_told_afterwards(database_url, tmp_path, seconds=7_200)


async def _is_told_afterwards(url: str, directory: Path, seconds: float) -> None:
    seen = await away.slack_away(url, directory, seconds)
    print(
        f"{seen.groups} groups; memory grew by {seen.grown_mb:.1f} MB; {seen.said_late} posts said that they are late"
    )
    assert not seen.complaints
    assert not seen.violations
    assert not seen.unseen
    assert not seen.refused
    assert seen.said_late
    assert seen.grown_mb <= MEMORY_MB
