"""Whether the database takes writes: a full disk still reads well."""

import asyncio

from bot.clock import monotonic_seconds
from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.store.bell_turns import answer
from bot.store.database import Database

BELL = "write_probe"
#: However often somebody asks, one tiny write in this time is all that it costs.
BELIEVED_SECONDS = 5.0
#: While it does not take writes, its end is seen so soon.
DOUBTED_SECONDS = 1.0
#: Supervisors do not wait long for /readyz.
PATIENCE_SECONDS = 2.0


class WriteProbe:
    """One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking = asyncio.Lock()
        self._asked_at = -BELIEVED_SECONDS
        self._trouble = ""

    async def trouble(self) -> str:
        """Why nothing can be written; empty while writes get through."""
        async with self._asking:
            now = monotonic_seconds()
            if now - self._asked_at >= (DOUBTED_SECONDS if self._trouble else BELIEVED_SECONDS):
                self._trouble = await self._ask()
                self._asked_at = monotonic_seconds()
            return self._trouble

    async def _ask(self) -> str:
        try:
            write = self._database.write(lambda tx: answer(tx, BELL), urgent=True)
            await asyncio.wait_for(write, PATIENCE_SECONDS)
        except TimeoutError:
            return f"cannot be written: it has not taken a row for {PATIENCE_SECONDS:g} s"
        except (DatabaseBusy, DatabaseUnavailable) as error:
            return f"cannot be written: {error.message}"
        return ""
