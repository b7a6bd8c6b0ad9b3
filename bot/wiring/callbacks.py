"""Callbacks to programs: their sender, from the start to the end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from bot.connectors.callbacks import CallbackPoster
from bot.delivery.callbacks import CallbackWorker
from bot.services.callbacks.desk import CallbackDesk
from bot.settings import Settings
from bot.store.database import Database
from bot.wiring.supervise import supervised


@asynccontextmanager
async def sending_callbacks(
    database: Database, settings: Settings, owner: str, registry: CollectorRegistry, give_up: Callable[[str], None]
) -> AsyncIterator[CallbackDesk]:
    """Tell programs while the block lasts; what is under way then ends first."""
    poster = CallbackPoster(settings.callbacks)
    worker = CallbackWorker(
        database,
        poster,
        owner=owner,
        settings=settings.callbacks,
        trouble_channel=settings.alerts.trouble_channel,
        registry=registry,
    )
    task = supervised(worker.run(), "callbacks", give_up)
    try:
        yield CallbackDesk(database, settings.callbacks)
    finally:
        worker.stop()
        await asyncio.wait([task])
        await poster.close()
