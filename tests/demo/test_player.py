"""The story goes on whatever visitors do to the workspace."""

import asyncio

import httpx
import pytest

from bot.clock import Clock
from bot.demo import actors
from bot.demo import player as players
from bot.demo.actors import Actors
from bot.demo.player import Player
from bot.demo.story import Command, Press, Say
from bot.sandbox.server import SandboxServer


@pytest.fixture
def workspace_server():
    sandbox = SandboxServer()
    sandbox.start()
    yield sandbox
    sandbox.stop()


async def test_a_step_that_finds_nothing_to_act_on_is_passed_over(workspace_server, monkeypatch):
    steps = [
        Press(0, "hana", "Welcome", "alerts.assign", "nobody-of-this-name"),
        Say(0, "nobody", "Hello.", channel="no-such-channel"),
        Say(0, "alice", "Hello.", thread_of="Welcome"),
        Command(0, "nobody", "silences", channel="no-such-channel"),
        Say(0, "alice", "The story goes on."),
    ]
    monkeypatch.setattr(players, "chapter", lambda _number, _speed: steps)
    monkeypatch.setattr(actors, "CHANNEL", "no-such-channel")
    clock = Clock(speed=1000.0)
    async with httpx.AsyncClient(base_url=workspace_server.control_url, trust_env=False) as workspace:
        story = asyncio.create_task(Player(clock, Actors(workspace, workspace), None).play())

        async def said() -> bool:
            return "The story goes on." in (await workspace.get("/state")).text

        async with asyncio.timeout(10):
            while not await said():
                assert not story.done(), story.exception()
                await asyncio.sleep(0.02)
        story.cancel()
        await asyncio.wait([story])
