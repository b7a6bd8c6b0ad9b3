"""People go first: while a press is under way, the intake of this process stands still for a moment."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.clock import rest

#: A press takes some ms; whoever holds the way for longer waits for something that intake does not make slower.
LONGEST_SECONDS = 0.05


class RightOfWay:
    """One event loop and one interpreter serve people and senders alike.

    A sender's request that is put off by some ms loses nothing; beside 16 busy senders a press would otherwise wait
    for its turn at the interpreter at each of its steps, and take three times as long.
    """

    def __init__(self) -> None:
        self._presses = 0
        self._free = asyncio.Event()
        self._free.set()

    @property
    def is_taken(self) -> bool:
        """Whether a press is under way."""
        return self._presses > 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold intake back while the block runs."""
        self._presses += 1
        self._free.clear()
        try:
            yield
        finally:
            self._presses -= 1
            if not self._presses:
                self._free.set()

    async def given(self) -> None:
        """Return when no press is under way, or after LONGEST_SECONDS: presses without end cannot stop intake."""
        if not self._presses:
            return
        await rest(LONGEST_SECONDS, self._free)
