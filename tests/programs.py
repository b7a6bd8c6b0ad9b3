"""Small programs in processes of their own, that may be killed; each is forked from a parent that has imported riskbot.

Starting the interpreter and importing anew takes a second and a half of a processor, and the tests do it some hundred
times.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
#: What the programs import; a program may import more.
PRELOADED = ("bot.wiring", "bot.cli.entry", "bot.checks", "alembic.command", "tests.services.conftest")
#: What `python -m bot.cli` does.
RISKBOT = "import sys\nfrom bot.cli import main\nsys.exit(main())"
LONGEST_SECONDS = 60


class Finished(NamedTuple):
    """How a program ended; the code of a signal is its negative number."""

    returncode: int
    stdout: str
    stderr: str


def run(
    program: str, *argv: str, faults: str = "", cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run Python text to its end, killed at the fail points named in `faults`; without an environment, in ours."""
    order = {"program": program, "argv": argv, "faults": faults, "cwd": str(cwd)}
    with tempfile.TemporaryDirectory() as directory:
        out, err = Path(directory, "out"), Path(directory, "err")
        code = _ask({**order, "environment": dict(environment or os.environ), "out": str(out), "err": str(err)})
        return Finished(code, out.read_text(), err.read_text())


def _ask(order: dict[str, Any]) -> int:
    parent = _parent()
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(json.dumps(order) + "\n")
    parent.stdin.flush()
    answer = parent.stdout.readline()
    assert answer, "the parent of the programs has ended"
    return int(answer)


@functools.cache
def _parent() -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.programs"]
    parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_end, parent)
    return parent


def _end(parent: "subprocess.Popen[str]") -> None:
    assert parent.stdin is not None
    parent.stdin.close()
    parent.wait()


def _serve() -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    # Objects of the parent stay where they are, so that children share their pages.
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _be_child(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _be_child(order: dict[str, Any]) -> None:
    """Never returns."""
    for number, name in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.alarm(LONGEST_SECONDS)
    code = 1
    try:
        _take_place(order)
        code = _run_to_its_end(order["program"])
    except BaseException:
        # Whoever asked reads it in what was written.
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _take_place(order: dict[str, Any]) -> None:
    """What a program is started with, and what modules read of it when they were imported, before this order came."""
    from bot import failpoints

    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["program", *order["argv"]]
    failpoints._PASSAGES_LEFT.update(failpoints._read(order["faults"]))
    if "PYTHONWARNINGS" in os.environ:
        warnings.simplefilter(os.environ["PYTHONWARNINGS"])


def _run_to_its_end(program: str) -> int:
    """Run it and what an interpreter does at the end of a program; returns the exit code."""
    code = 0
    try:
        exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        assert end.code is None or isinstance(end.code, int)
        code = int(end.code or 0)
    threading._shutdown()
    atexit._run_exitfuncs()
    return code


if __name__ == "__main__":
    _serve()
