"""`/alerts report`: the weekly noise report of the last seven days, for whoever asks."""

from bot.handlers.asked import Asked, Reply
from bot.handlers.context import Context
from bot.slack import alert_lists


async def report(context: Context, _asked: Asked) -> Reply:
    return alert_lists.noise_report(await context.reports.noise())
