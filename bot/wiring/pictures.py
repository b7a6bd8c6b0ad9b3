"""Pictures: what they show (a service), how they look (the artist), their way to Slack (the delivery), together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from bot.delivery.pictures import Draw, Drawn, PictureSender
from bot.delivery.private_pictures import PrivatePictures
from bot.delivery.worker import DeliveryWorker
from bot.services.watching.pictures import PictureDesk
from bot.settings import Settings
from bot.slack.client import SlackClient
from bot.store.database import Database
from bot.web.charts.artist import Artist
from bot.wiring.supervise import supervised


@asynccontextmanager
async def sending_pictures(
    database: Database,
    client: SlackClient,
    desk: PictureDesk,
    artist: Artist,
    worker: DeliveryWorker,
    settings: Settings,
    give_up: Callable[[str], None],
    private: PrivatePictures,
) -> AsyncIterator[None]:
    """Draw and send pictures while the block lasts; what is under way then ends first."""
    sender = PictureSender(
        database,
        client,
        _drawn(desk, artist),
        owner=worker.owner,
        settings=settings.delivery,
        trouble=lambda: worker.trouble,
    )
    task = supervised(sender.run(), "pictures", give_up)
    private_task = supervised(private.run(), "private pictures", give_up)
    try:
        yield
    finally:
        sender.stop()
        private_task.cancel()
        await asyncio.wait([task, private_task])


def drawing(settings: Settings, stack: AsyncExitStack) -> Artist:
    """The one drawing process of all pictures, ended with the stack."""
    artist = Artist(idle_after=settings.charts.idle_after, patience=settings.charts.patience)
    stack.push_async_callback(artist.close)
    return artist


def _drawn(desk: PictureDesk, artist: Artist) -> Draw:
    async def draw(group_id: int) -> Drawn | None:
        chart = await desk.chart(group_id)
        return Drawn(await artist.draw(chart), chart.spoken) if chart else None

    return draw
