"""`riskbot demo` from its start to the first alert's card in the page."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError

from tests.benchmarks import figures
from tests.benchmarks.stage import directory
from tests.processes import ROOT, clean_environment, free_port, get

ROUNDS = 3
GIVE_UP_SECONDS = 120.0
AIM = "≤ 60 s"


def run() -> None:
    ready, first = zip(*(_round() for _ in range(ROUNDS)), strict=True)
    figures.report("start to a page that answers", ready, "s")
    figures.report("start to the first card in it", first, "s", AIM)


def _round() -> tuple[float, float]:
    """On a machine that has never run it: a directory without anything."""
    with directory() as home:
        port = free_port()
        state = f"http://127.0.0.1:{port}/sandbox/api/state"
        begun = time.monotonic()
        process = _start(home, port)
        try:
            ready = _until(begun, lambda: _state(state) is not None)
            return ready, _until(begun, lambda: _has_card(_state(state)))
        finally:
            process.terminate()
            process.wait(20)


def _start(home: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "demo", "--quiet", f"--port={port}", f"--data-dir={home / 'demo'}"],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _until(begun: float, condition) -> float:
    while not condition():
        assert time.monotonic() - begun < GIVE_UP_SECONDS, "the demo shows no card"
        time.sleep(0.02)
    return time.monotonic() - begun


def _state(url: str) -> dict | None:
    with contextlib.suppress(URLError, OSError):
        return json.loads(get(url))
    return None


def _has_card(state: dict | None) -> bool:
    channels = state["channels"] if state else []
    return any("alerts.acknowledge" in str(message.get("blocks")) for each in channels for message in each["messages"])
