"""Starts a load beside whatever else is measured, and reads what it saw."""

import json
import subprocess
import sys
from typing import NamedTuple

from tests.benchmarks.stage import Stage
from tests.processes import ROOT, clean_environment


class Seen(NamedTuple):
    """What the load's connections saw."""

    requests_per_second: float
    answer_ms: list[float]
    statuses: dict[str, int]


class Loading:
    def __init__(self, stage: Stage, *, seconds: float, **options: int | bool) -> None:
        words = [f"--url={stage.riskbot.url}", f"--token={stage.token}", f"--seconds={seconds}"]
        words += [f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.load", *words],
            cwd=ROOT,
            env=clean_environment(),
            stdout=subprocess.PIPE,
        )
        self._seconds = seconds

    def finish(self) -> Seen:
        written, _ = self._process.communicate(timeout=self._seconds + 60)
        seen = json.loads(written)
        answer_ms = [each * 1000 for each in seen["seconds"]]
        return Seen(len(answer_ms) / seen["took"], answer_ms, seen["statuses"])
