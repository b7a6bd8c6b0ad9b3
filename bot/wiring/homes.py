"""App Homes: their publisher, from the start to the end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.delivery.homes import HomePublisher
from bot.slack.client import SlackClient
from bot.store.database import Database
from bot.wiring.supervise import supervised


@asynccontextmanager
async def publishing_homes(
    database: Database, client: SlackClient, give_up: Callable[[str], None]
) -> AsyncIterator[None]:
    """Publish while the block lasts; what is under way then ends first."""
    publisher = HomePublisher(database, client)
    task = supervised(publisher.run(), "homes", give_up)
    try:
        yield
    finally:
        publisher.stop()
        await asyncio.wait([task])
