"""Time in the workspace: the real one plus what a test or a demo has added."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime

Listener = Callable[[float], None]


class SandboxClock:
    """Real time plus an offset that only grows. `advance` may be called from any thread."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds
        self._listeners: list[Listener] = []
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def now(self) -> float:
        """Unix seconds."""
        return self.real_now() + self.offset_seconds

    def real_now(self) -> float:
        """Unix seconds without the offset: for what the app compares with its own machine's time, as signatures."""
        return time.time()

    def now_at(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def subscribe(self, listener: Listener) -> None:
        """`listener(seconds)` runs on each advance, in the thread that advances."""
        self._listeners.append(listener)

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"the clock cannot go back by {-seconds} s")
        self.offset_seconds += seconds
        for listener in list(self._listeners):
            listener(seconds)
        for loop, woken in list(self._waiting):
            loop.call_soon_threadsafe(woken.set)

    async def sleep_until(self, at: float) -> None:
        """Return when `now()` has reached `at`, by waiting or by an advance."""
        loop = asyncio.get_running_loop()
        while (left_seconds := at - self.now()) > 0:
            woken = asyncio.Event()
            self._waiting.add((loop, woken))
            try:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), left_seconds)
            finally:
                self._waiting.discard((loop, woken))
