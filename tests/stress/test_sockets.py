"""Presses come in exactly once, whatever Slack does to the socket."""

from pathlib import Path

import pytest

from tests.stress import sockets

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@only_sqlite
async def test_presses_while_slack_refreshes(database_url: str, tmp_path: Path) -> None:
    await _all_handled_once(database_url, tmp_path, presses=60, per_second=15.0, refresh_seconds=0.7)


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_a_thousand_presses_while_slack_refreshes(database_url: str, tmp_path: Path) -> None:
    await _all_handled_once(database_url, tmp_path, presses=1_000, per_second=20.0, refresh_seconds=2.0)


async def _all_handled_once(url: str, directory: Path, *, presses: int, per_second: float, refresh_seconds: float):
    seen, handled, complaints = await sockets.press_while_refreshed(
        url, directory, presses, per_second, refresh_seconds
    )
    print(f"{len(seen.acknowledged)} acknowledged; {seen.without_link} times there was no link")
    assert not seen.unanswered
    assert len(seen.acknowledged) == presses
    assert handled.total() == presses
    assert not complaints


@pytest.mark.faults
@only_sqlite
async def test_a_cut_loses_nothing(database_url: str, tmp_path: Path) -> None:
    settings = {"slack__ping_interval": "1s", "slack__reconnect_after": "2s"}
    took, complaints = await sockets.back_seconds(database_url, tmp_path, cut_seconds=3.0, **settings)
    print(f"back after {took:.1f} s")
    assert not complaints


@pytest.mark.faults
@only_sqlite
async def test_a_half_open_socket_is_seen(database_url: str, tmp_path: Path) -> None:
    print(f"seen after {await sockets.half_open_seconds(database_url, tmp_path):.1f} s")
