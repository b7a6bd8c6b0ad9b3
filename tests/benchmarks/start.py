"""Start of `riskbot serve` to ready (its link to Slack stands), beside what importing its fixed libraries takes."""

import subprocess
import sys
import time

from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, stage
from tests.processes import ROOT, clean_environment

ROUNDS = 7
AIM = "≤ 1.6"
#: What no bot of this kind can do without; importing them is the floor of any start.
LIBRARIES = (
    "from slack_bolt.app.async_app import AsyncApp; "
    "from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler; "
    "import httpx, sqlalchemy.ext.asyncio, apscheduler.schedulers.asyncio, pydantic, jinja2"
)


def run() -> None:
    for kind in KINDS:
        with stage(kind) as set_up:
            _import_seconds()
            set_up.riskbot.start()
            set_up.riskbot.stop()
            imports, starts = [], []
            for _ in range(ROUNDS):
                imports.append(_import_seconds())
                starts.append(set_up.riskbot.start())
                set_up.riskbot.stop()
            figures.report(f"{kind}: importing the fixed libraries", imports, "s")
            figures.report(f"{kind}: start to ready", starts, "s")
            ratios = [start / imported for start, imported in zip(starts, imports, strict=True)]
            figures.report(f"{kind}: start to ready over that import", ratios, "ratio", AIM)


def _import_seconds() -> float:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", LIBRARIES], cwd=ROOT, env=clean_environment(), check=True)
    return time.monotonic() - begun
