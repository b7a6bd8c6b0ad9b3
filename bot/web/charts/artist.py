"""Has charts drawn: starts the drawing process when there is one to draw, and again when it has gone."""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from bot.errors import RiskbotError
from bot.web.charts.child import LENGTH, PICTURE
from riskengine.pictures import Drawable

#: Two tries: the process may end for idleness in the moment in which it is asked.
TRIES = 2
#: No picture of this size is larger.
LARGEST_BYTES = 10_000_000
#: All that the process may know of our environment: no token, no database.
PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")


class DrawingFailed(RiskbotError):
    """A chart was not drawn."""

    code = "drawing"
    hint = "Alerts stand without pictures; is matplotlib installed?"


class Artist:
    """One picture at a time, by one process."""

    def __init__(self, *, idle_after: timedelta, patience: timedelta) -> None:
        self._idle_after = idle_after
        self._patience = patience
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        #: Stands in for a directory of caches that cannot be written to.
        self._temporary = ""

    @property
    def pid(self) -> int | None:
        """The drawing process, while there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def draw(self, chart: Drawable) -> bytes:
        """The chart as PNG. Raises DrawingFailed, which says what went wrong."""
        async with self._turn:
            for _ in range(TRIES):
                try:
                    async with asyncio.timeout(self._patience.total_seconds()):
                        return await self._ask(chart)
                except TimeoutError:
                    await self._end()
                    raise DrawingFailed(f"A chart was not drawn in {self._patience.total_seconds():g} s.") from None
                except (ConnectionError, asyncio.IncompleteReadError):
                    await self._end()
                except OSError as error:
                    raise DrawingFailed(f"The drawing process does not start: {error}.") from error
            raise DrawingFailed("The drawing process ended while it drew.")

    async def close(self) -> None:
        await self._end()
        if self._temporary:
            await asyncio.to_thread(shutil.rmtree, self._temporary, ignore_errors=True)
            self._temporary = ""

    async def _ask(self, chart: Drawable) -> bytes:
        process = await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        request = chart.model_dump_json().encode()
        process.stdin.write(LENGTH.pack(len(request)) + request)
        await process.stdin.drain()
        header = await process.stdout.readexactly(1 + LENGTH.size)
        length = LENGTH.unpack(header[1:])[0]
        if length > LARGEST_BYTES:
            await self._end()
            raise DrawingFailed(f"The drawing process answered with {length} bytes.")
        body = await process.stdout.readexactly(length)
        if header[:1] != PICTURE:
            raise DrawingFailed(body.decode(errors="replace"))
        return body

    async def _started(self) -> asyncio.subprocess.Process:
        if self.pid is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.web.charts.child",
                f"{self._idle_after.total_seconds():g}",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment(),
            )
        assert self._process is not None
        return self._process

    def _environment(self) -> dict[str, str]:
        known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        home = self._fonts_directory()
        return known | {"MPLCONFIGDIR": home, "MPLBACKEND": "agg", "HOME": home}

    def _fonts_directory(self) -> str:
        """Where matplotlib keeps its list of fonts, which takes seconds to make: among the user's caches if it may."""
        kept = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "riskbot-charts"
        with contextlib.suppress(OSError):
            kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(kept, os.W_OK):
                return str(kept)
        self._temporary = self._temporary or tempfile.mkdtemp(prefix="riskbot-charts-")
        return self._temporary

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
