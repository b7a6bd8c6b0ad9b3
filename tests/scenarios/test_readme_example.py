"""The README's program, as it stands there: a process of its own that asks, waits, and runs what was approved."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from bot.services.approvals.respond import Press
from tests.scenarios.driver import until

ROOT = Path(__file__).resolve().parents[2]
[PROGRAM] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(people={"roles": {"tech_lead": ["@oncall"]}}) as started:
        yield started


@pytest.mark.parametrize(
    ("verb", "says"),
    [("approve", "main: written by the stronger model"), ("reject", "is rejected by U0HANA: too dear")],
)
async def test_it_runs_what_was_approved_and_nothing_else(bot, token, tmp_path, verb, says):
    (tmp_path / "ask.py").write_text(PROGRAM)
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        str(tmp_path / "ask.py"),
        env={**os.environ, "PYTHONPATH": str(ROOT), "ADDRESS": str(bot.api.base_url), "TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
    )

    async def asked():
        return (await bot.running.approvals.pending())[0]

    [request] = await until(asked, 30, what="a pending request")
    assert request.title == "Rewrite the login flow on main"
    press = Press(user_id="U0HANA", request_id=request.id, delivery_id="1", version=1, comment="too dear")
    assert (await getattr(bot.running.approvals, verb)(press)).changed
    said, _nothing = await asyncio.wait_for(program.communicate(), 30)
    assert says in said.decode()
    assert program.returncode == 0
    executed = (await bot.api.get("/v1/escalations")).json()["escalations"][0].get("execution", {})
    assert executed.get("outcome") == ("validated" if verb == "approve" else None)
