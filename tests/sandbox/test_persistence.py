"""With a data file the workspace survives its process."""

import signal
import subprocess
import sys
import textwrap

import httpx
import pytest

from bot.sandbox.constants import BOT_TOKEN
from bot.sandbox.server import SandboxServer

from .conftest import Driver, web_client
from .test_views import home

CHILD = """
    import asyncio, sys
    from pathlib import Path
    from bot.sandbox.server import SandboxServer

    server = SandboxServer(data_file=Path(sys.argv[1]), manifest={}, rate_limits=False)
    asyncio.run(server.serve_forever(lambda: print(server.url, flush=True)))
"""


def test_what_was_answered_is_there_after_a_kill(tmp_path):
    path = tmp_path / "workspace.db"
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        with httpx.Client(headers=headers, trust_env=False) as http:
            answered = [
                http.post(f"{url}/api/chat.postMessage", json={"channel": "C0GENERAL", "text": str(n)}).json()["ts"]
                for n in range(50)
            ]
            process.send_signal(signal.SIGKILL)
    reborn = SandboxServer(data_file=path, manifest={})
    assert list(reborn.workspace.channels["C0GENERAL"].messages) == answered
    assert reborn.workspace.new_ts() > answered[-1]
    reborn.sandbox.store.close()


@pytest.fixture
def restart(tmp_path):
    """`restart()` stops the sandbox, if one runs, and starts the next on the same file."""
    servers: list[SandboxServer] = []

    def again() -> SandboxServer:
        if servers:
            servers.pop().stop()
        servers.append(SandboxServer(data_file=tmp_path / "w.db", manifest={}, rate_limits=False))
        servers[0].start()
        return servers[0]

    yield again
    servers.pop().stop()


async def test_everything_comes_back(restart):
    server = restart()
    client = web_client(server)
    parent = (await client.chat_postMessage(channel="C0GENERAL", text="a"))["ts"]
    await client.chat_postMessage(channel="C0GENERAL", text="b", thread_ts=parent)
    gone = (await client.chat_postMessage(channel="U0BO", text="c"))["ts"]
    await client.chat_delete(channel="D0BO", ts=gone)
    await client.chat_update(channel="C0GENERAL", ts=parent, text="a2")
    await client.chat_postEphemeral(channel="C0GENERAL", user="U0BO", text="psst")
    await client.conversations_create(name="inc-1")
    await client.views_publish(user_id="U0BO", view=home("hi"))
    async with httpx.AsyncClient(trust_env=False) as http:
        people = Driver(server, http)
        await people.post("people", user="ivan", deleted=True, groups=[])
        await people.post("clock", advance_seconds=500)
        before = await people.get("state")
        server = restart()
        people = Driver(server, http)
        after = await people.get("state")
        for state in (before, after):
            state["channels"].sort(key=lambda channel: channel["id"])
        assert after == before
        assert (await people.get("clock"))["offset_seconds"] == 500
        thread = await web_client(server).conversations_replies(channel="C0GENERAL", ts=parent)
        assert [message["text"] for message in thread["messages"]] == ["a2", "b"]
        await people.post("reset")
        server = restart()
        assert await Driver(server, http).messages("general") == []
