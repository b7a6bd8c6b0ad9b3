"""`/alerts delivery`: what waits, what is held and why, what falls due next, and whether Slack is heard."""

from bot.handlers.asked import Asked, Reply
from bot.handlers.context import Context
from bot.slack import delivery_lists


async def delivery(context: Context, _asked: Asked) -> Reply:
    return delivery_lists.status(await context.delivery.report(), context.prefix)
