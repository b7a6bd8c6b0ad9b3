"""Nothing is lost, told twice or sent over Slack's limits: in a storm, killed in its midst, on Slack's bad days."""

from pathlib import Path

import pytest

from tests.stress import trials

SHORT = {"alerts": 400, "groups": 100, "per_second": 300.0}
LONG = {"alerts": 10_000, "groups": 100, "per_second": 500.0}
#: Posts for each group: a storm may ring for no group more often than if it had come alone.
POSTS_PER_GROUP = 1.05


async def test_storm(database_url: str, tmp_path: Path) -> None:
    outcome = await trials.storm(database_url, tmp_path, **SHORT)
    assert outcome.kept, outcome
    assert outcome.posts <= POSTS_PER_GROUP * outcome.groups


async def test_killed_in_a_storm(database_url: str, tmp_path: Path) -> None:
    outcome = await trials.killed_storm(database_url, tmp_path, **SHORT, after_seconds=1.5)
    assert outcome.kept, outcome


async def test_bad_days_of_slack(database_url: str, tmp_path: Path) -> None:
    few = {"alerts": 200, "groups": 20, "per_second": 200.0}
    outcome = await trials.storm(database_url, tmp_path, **few, **trials.BAD_DAYS)
    assert outcome.kept, outcome


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_storm_of_ten_thousand(database_url: str, tmp_path: Path) -> None:
    outcome = await trials.storm(database_url, tmp_path, **LONG)
    print(outcome)
    assert outcome.kept, outcome
    assert outcome.posts <= POSTS_PER_GROUP * outcome.groups


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_killed_in_a_storm_of_ten_thousand(database_url: str, tmp_path: Path) -> None:
    outcome = await trials.killed_storm(database_url, tmp_path, **LONG, after_seconds=15)
    print(outcome)
    assert outcome.kept, outcome


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_a_long_bad_day_of_slack(database_url: str, tmp_path: Path) -> None:
    outcome = await trials.storm(database_url, tmp_path, alerts=1_000, groups=100, per_second=100.0, **trials.BAD_DAYS)
    print(outcome)
    assert outcome.kept, outcome
