"""Real `riskbot` processes that can be killed and started again within a tenth of a second."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0


class Launcher:
    """Runs one `riskbot` at a time; `async with Launcher(environment, log) as riskbot:`."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.pid = 0

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.launcher",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert await self._answer(START_SECONDS) == "ready"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        self._process.stdin.close()
        await self._process.wait()

    async def start(self, *argv: str, **environment: str) -> None:
        """Start `riskbot ARGV…`; the environment is laid over the launcher's."""
        assert self._process is not None
        assert self._process.stdin is not None
        order = {"argv": argv, "env": {"FAULTS": "", **self._environment, **environment}, "log": str(self._log)}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        word, _, pid = (await self._answer(START_SECONDS)).partition(" ")
        assert word == "started", word
        self.pid = int(pid)

    async def ended(self, within_seconds: float) -> int | None:
        """The exit code, a signal as its negative number; None while it still runs."""
        try:
            answer = await self._answer(within_seconds)
        except TimeoutError:
            return None
        self.pid = 0
        return int(answer.partition(" ")[2])

    async def kill(self, number: signal.Signals = signal.SIGKILL, *, within_seconds: float = 30.0) -> int:
        """Send the signal and return the exit code."""
        os.kill(self.pid, number)
        code = await self.ended(within_seconds)
        assert code is not None, f"it still runs {within_seconds} s after {number.name}; its log: {self._log}"
        return code

    async def run(self, *argv: str) -> int:
        """A command that ends by itself; its exit code."""
        await self.start(*argv)
        code = await self.ended(60.0)
        assert code is not None, f"riskbot {' '.join(argv)} does not end"
        return code

    async def _answer(self, seconds: float) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), seconds)
        assert line, f"the launcher ended; see {self._log}"
        return line.decode().strip()
