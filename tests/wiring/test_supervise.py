"""A part that fails ends the process in order, for a supervisor to start it anew; one that is ended does not."""

import asyncio

import pytest

from bot.wiring.supervise import supervised


@pytest.fixture
def given_up() -> list[str]:
    return []


async def test_a_part_that_fails(given_up, caplog):
    async def part() -> None:
        raise KeyError("of ours")

    await asyncio.wait([supervised(part(), "timers", given_up.append)])
    await asyncio.sleep(0)
    assert given_up == ["timers ended by an error of ours"]
    assert "KeyError" in caplog.text


async def test_a_part_that_is_ended(given_up):
    task = supervised(asyncio.Event().wait(), "timers", given_up.append)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert given_up == []
