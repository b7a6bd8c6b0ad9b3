"""Fail points set in a process that runs: it was healthy until now, and dies at the next passage of the point."""

import os
import signal
import time
from pathlib import Path

from bot import failpoints

#: Names the file in which the faults lie; without it nothing listens. The signal says that they do.
VARIABLE = "ARMED_FAULTS"
PATIENCE_SECONDS = 10.0


def listen() -> None:
    name = os.environ.get(VARIABLE)
    if not name:
        return

    def arm(*_: object) -> None:
        failpoints._PASSAGES_LEFT.update(failpoints._read(Path(name).read_text()))
        Path(name).unlink()

    signal.signal(signal.SIGUSR2, arm)


def arm(pid: int, name: Path, point: failpoints.FailPoint, passage: int = 1) -> None:
    """Return when the process has taken it."""
    name.write_text(f"{point}:{passage}")
    os.kill(pid, signal.SIGUSR2)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while name.exists():
        assert time.monotonic() < give_up, "the process did not take its fault"
        time.sleep(0.002)
