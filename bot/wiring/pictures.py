"""Pictures: what they show (a service), how they look (the artist), their way to Slack (the delivery), together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.delivery.pictures import Draw, Drawn, PictureSender
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
    worker: DeliveryWorker,
    settings: Settings,
    give_up: Callable[[str], None],
) -> AsyncIterator[None]:
    """Draw and send pictures while the block lasts; what is under way then ends first."""
    artist = Artist(idle_after=settings.charts.idle_after, patience=settings.charts.patience)
    sender = PictureSender(
        database,
        client,
        _drawing(desk, artist),
        owner=worker.owner,
        settings=settings.delivery,
        trouble=lambda: worker.trouble,
    )
    task = supervised(sender.run(), "pictures", give_up)
    try:
        yield
    finally:
        sender.stop()
        await asyncio.wait([task])
        await artist.close()


def _drawing(desk: PictureDesk, artist: Artist) -> Draw:
    async def draw(group_id: int) -> Drawn | None:
        chart = await desk.chart(group_id)
        return Drawn(await artist.draw(chart), chart.spoken) if chart else None

    return draw
