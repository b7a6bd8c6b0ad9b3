"""The database of a command that runs beside, or without, a `serve`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrations import require_current
from bot.store.open import open_database


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Open it and close it again; raises SchemaMismatch unless it is at this program's schema."""
    database = open_database(settings.database_url, Clock())
    try:
        await database.read(lambda tx: require_current(tx.connection))
        yield database
    finally:
        await database.close()
