"""The client stands alone: nothing of the bot comes with it, and without riskbot nothing runs."""

import socket
import subprocess
import sys

import pytest

from bot.client import ApprovalUnavailable, RiskbotClient, requires_approval

LOADED = """
import sys, bot.client
names = [name for name in sys.modules if name.startswith("bot.") and not name.startswith("bot.client")]
print(*names)
"""


def test_nothing_of_the_bot_is_imported():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.fixture
def nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


async def test_without_riskbot_nothing_runs(nobody_listens):
    ran = []
    async with RiskbotClient(nobody_listens, "rb_x", patience_seconds=0.5) as client:

        @requires_approval(client, lambda what: {"task_id": what, "title": what})
        async def work(what):
            ran.append(what)

        with pytest.raises(ApprovalUnavailable, match="Nothing was run"):
            await work("a")
    assert ran == []


@pytest.mark.parametrize("argument", [(1, 2), {1: "a"}, float("nan"), object()], ids=["tuple", "key", "nan", "object"])
async def test_arguments_that_json_would_change_are_not_asked_for(nobody_listens, argument):
    async with RiskbotClient(nobody_listens, "rb_x", patience_seconds=0.5) as client:

        @requires_approval(client, lambda what: {"task_id": "t", "title": "t"})
        async def work(what):
            raise AssertionError(what)

        with pytest.raises((TypeError, ValueError)):
            await work(argument)
