"""The words of `/approvals`; WORDS is the table of them."""

import re
from datetime import datetime, tzinfo

from bot.errors import RiskbotError
from bot.handlers.asked import Asked, Reply, Word
from bot.handlers.context import Context
from bot.slack import approval_views
from bot.slack.approval_views import part
from bot.slack.text import mrkdwn
from riskengine.days import beginning_of
from riskengine.durations import parse_duration
from riskengine.response.approvals.eligibility import Absence

#: Of what somebody asked for themselves, the newest.
OWN_ROWS = 8
_AWAY = re.compile(r"(until|for)\s+([^\s,]+)(?:\s*,?\s+delegate\s+<@(\w+)(?:\|[^>]*)?>)?", re.IGNORECASE)
_HOW = (
    "Write `away until Monday`, `away until 2026-12-24` or `away for 3d`, and who is asked in your place: "
    "`delegate @somebody`."
)


async def mine(context: Context, asked: Asked) -> Reply:
    waiting = await context.approvals.waiting_for(asked.user_id)
    own = await context.approvals.of_requester(asked.user_id)
    return approval_views.listing(
        [
            part("Waits for you", waiting, len(waiting), "Nothing waits for you."),
            part("You asked for", own, len(own), "You asked for nothing yet.", rows=OWN_ROWS),
        ],
        context.prefix,
    )


async def pending(context: Context, _asked: Asked) -> Reply:
    found, total = await context.approvals.pending()
    return approval_views.listing([part("Pending", found, total, "Nothing is pending.")], context.prefix)


async def history(context: Context, _asked: Asked) -> Reply:
    found = await context.approvals.history()
    return approval_views.listing([part("Decided", found, len(found), "Nothing was decided yet.")], context.prefix)


async def review(context: Context, _asked: Asked) -> Reply:
    """The weekly review, of the last seven days."""
    return approval_views.review(await context.reports.escalations())


async def away(context: Context, asked: Asked) -> Reply:
    typed = _AWAY.fullmatch(asked.rest)
    if typed is None:
        return {"text": _HOW}
    now = context.approvals.now()
    try:
        ends_at = _end(typed[1].lower(), typed[2], now, context.approvals.terms.zone)
    except (ValueError, OverflowError, RiskbotError) as error:
        return {"text": f"{mrkdwn(error)}. {_HOW}"}
    absence = Absence(user_id=asked.user_id, starts_at=now, ends_at=ends_at, delegate=typed[3] or "")
    return {"text": (await context.approvals.away(absence, asked.delivery_id)).text}


def _end(preposition: str, text: str, now: datetime, zone: tzinfo) -> datetime:
    """Raises what the two ways of writing it raise."""
    return beginning_of(text, now, zone) if preposition == "until" else now + parse_duration(text)


async def back(context: Context, asked: Asked) -> Reply:
    return {"text": (await context.approvals.back(asked.user_id, asked.delivery_id)).text}


async def help_text(context: Context, _asked: Asked) -> Reply:
    return approval_views.help_text(context.prefix)


WORDS: dict[str, Word] = {
    "mine": mine,
    "pending": pending,
    "history": history,
    "review": review,
    "away": away,
    "back": back,
    "help": help_text,
}
