"""Intake stands still while a press is under way, and never for long."""

import asyncio

import pytest

from bot import right_of_way
from bot.right_of_way import RightOfWay


async def test_intake_goes_on_at_once_when_nobody_presses():
    way = RightOfWay()
    waiting = asyncio.ensure_future(way.given())
    await asyncio.sleep(0)
    assert waiting.done()


async def test_intake_waits_for_every_press(monkeypatch):
    monkeypatch.setattr(right_of_way, "LONGEST_SECONDS", 3600)
    way = RightOfWay()
    with way.taken():
        with way.taken():
            waiting = asyncio.ensure_future(way.given())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_a_press_without_end_stops_intake_for_a_moment_only(monkeypatch):
    monkeypatch.setattr(right_of_way, "LONGEST_SECONDS", 0.01)
    way = RightOfWay()
    with way.taken():
        await way.given()


async def test_a_press_that_fails_gives_the_way_back():
    way = RightOfWay()
    with pytest.raises(ZeroDivisionError), way.taken():
        _ = 1 / 0
    waiting = asyncio.ensure_future(way.given())
    await asyncio.sleep(0)
    assert waiting.done()
