"""`/alerts status`, `list`, `mine` and `help`: what holds now."""

from bot.handlers.asked import Asked, Reply
from bot.handlers.context import Context
from bot.slack import alert_lists


async def status(context: Context, _asked: Asked) -> Reply:
    groups, total = await context.alerts.open_groups(limit=5)
    return alert_lists.status(await context.alerts.overview(), groups, total, context.prefix)


async def listing(context: Context, _asked: Asked) -> Reply:
    groups, total = await context.alerts.open_groups(limit=alert_lists.ROWS)
    return alert_lists.listing("Open alerts", groups, total, "Nothing is open. All quiet.")


async def mine(context: Context, asked: Asked) -> Reply:
    groups, total = await context.alerts.open_groups(owner=asked.user_id, limit=alert_lists.ROWS)
    return alert_lists.listing("What you have", groups, total, "You have no open alerts.")


async def help_text(context: Context, _asked: Asked) -> Reply:
    return alert_lists.help_text(context.prefix)
