"""Runs `riskbot` again and again without importing it again: one forked child a line of standard input.

A line is JSON, `{"argv": […], "env": {…}, "log": path}`. The answers are `started PID` and, when the child is gone,
`ended CODE`, where a signal counts as its negative number. Starting the interpreter anew would cost 1.5 s a time.
"""

import gc
import json
import os
import signal
import sys
from typing import Any

import bot.wiring  # noqa: F401 - imported once, for all children
from bot import failpoints
from bot.cli.entry import run_command
from tests.faults import arming, moved_clock


def serve_lines() -> None:
    # Objects of the parent stay where they are, so that children share their pages.
    gc.freeze()
    _say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _be_child(order)
        _say(f"started {child}")
        _, status = os.waitpid(child, 0)
        _say(f"ended {os.waitstatus_to_exitcode(status)}")


def _be_child(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.update(order["env"])
    # Read at import, which was before this order came.
    failpoints._PASSAGES_LEFT.update(failpoints._read(os.environ.get("FAULTS", "")))
    moved_clock.listen()
    arming.listen()
    code = 70
    try:
        code = run_command(order["argv"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _say(answer: str) -> None:
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve_lines()
