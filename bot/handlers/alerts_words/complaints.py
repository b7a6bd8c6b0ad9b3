"""`/alerts complaints`: what people complained of lately."""

from bot.handlers.asked import Asked, Reply
from bot.handlers.context import Context
from bot.slack import complaint_views


async def complaints(context: Context, _asked: Asked) -> Reply:
    return complaint_views.listing(await context.complaints.newest(complaint_views.ROWS))
