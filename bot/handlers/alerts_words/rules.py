"""`/alerts rules`: every rule in force and how it stands; with a number another page, with a name one rule alone."""

import difflib

from bot.handlers.asked import Asked, Reply
from bot.handlers.context import Context
from bot.slack import rule_lists


async def rules(context: Context, asked: Asked) -> Reply:
    report = await context.rules.report()
    wanted = asked.rest
    if not wanted or (wanted.isascii() and wanted.isdigit()):
        return rule_lists.page(report, int(wanted[:4] or 1), context.prefix)
    known = {each.rule.name: each for each in report.rules}
    if wanted in known:
        return rule_lists.single(report, known[wanted], context.prefix)
    near = difflib.get_close_matches(wanted, known, n=1)
    return rule_lists.unknown(wanted, near[0] if near else "", context.prefix)
