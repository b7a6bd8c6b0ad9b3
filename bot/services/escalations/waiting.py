"""Waiting for a decision: woken by the commit in this process, and a cheap look for those of other replicas."""

import asyncio

from bot.clock import monotonic_seconds, rest
from bot.store import escalations as store
from bot.store.database import Bell, Database

#: Between two looks at one row by its primary key.
LOOK_SECONDS = 0.5


class Waiting:
    """Holds callers back until their escalation is decided; no connection is held meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news = asyncio.Event()
        self._is_over = False
        database.listen(self._on_bell)

    def _on_bell(self, bell: Bell) -> None:
        if bell == Bell.ESCALATIONS:
            self._wake()

    def _wake(self) -> None:
        # Whoever waits holds the old event; whoever comes now has read what was committed.
        self._news.set()
        self._news = asyncio.Event()

    def end(self) -> None:
        """Let everybody go, as things stand, and hold nobody back from now on: the server is about to close."""
        self._is_over = True
        self._wake()

    async def until_final(self, escalation_id: int, seconds: float) -> None:
        """Return once it is final, gone, the time is over, or waiting has ended."""
        give_up = monotonic_seconds() + seconds
        news = self._news
        while not self._is_over and await self._database.read(lambda tx: store.is_open(tx, escalation_id)):
            left = give_up - monotonic_seconds()
            if left <= 0:
                return
            await rest(min(LOOK_SECONDS, left), news)
            news = self._news
