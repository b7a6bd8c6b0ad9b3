"""The words of `/cost`; WORDS is the table of them."""

import difflib
import re
from decimal import Decimal

from bot.handlers.asked import Asked, Reply, Word
from bot.handlers.context import Context
from bot.services.budget_raises.ask import RaiseWish
from bot.slack import cost_lists
from bot.slack.text import mrkdwn
from riskengine.areas.cost.periods import PeriodInvalid, parse_period
from riskengine.durations import parse_duration
from riskengine.response.controls import ControlStatus
from riskengine.series import Dimension

FIRST = "status"
#: What is told apart where no period is named.
USUAL_PERIOD = "month"
#: The budget's name, what it is to be, for how long, and why.
_RAISE = re.compile(
    r"raise\s+(\S{1,40})\s+(?:to\s+)?\$?(\d{1,9}(?:\.\d{1,2})?)\s+for\s+(\S+)\s+because\s+(.{1,500})",
    re.IGNORECASE | re.DOTALL,
)
_HOW = (
    "Budgets are settings. For a while more, write `{command} budget raise daily 80 for 6h because of the migration`: "
    "the budget's name, dollars, how long, and why. `{command} budget` shows them all."
)


async def status(context: Context, _asked: Asked) -> Reply:
    return cost_lists.status(await context.costs.overview(), context.prefix)


async def by(context: Context, asked: Asked) -> Reply:
    """`by role last month`."""
    word, _, rest = asked.rest.partition(" ")
    if word.lower() not in set(cost_lists.BY):
        near = difflib.get_close_matches(word.lower(), cost_lists.BY, n=1)
        return cost_lists.wrong_breakdown(word, near[0] if near else "", context.prefix)
    try:
        period = parse_period(rest.strip() or USUAL_PERIOD, context.costs.now(), context.costs.zone)
    except PeriodInvalid as error:
        return cost_lists.wrong_period(error.text, error.near, context.prefix)
    found = await context.costs.breakdown(Dimension(word.lower()), period)
    return cost_lists.breakdown(found, context.costs.zone, context.prefix)


async def budget(context: Context, asked: Asked) -> Reply:
    """Every budget; `raise NAME 80 for 6h because …` asks for a higher one for a while."""
    if not asked.rest:
        return cost_lists.budgets(await context.costs.budget_states(), context.prefix)
    typed = _RAISE.fullmatch(asked.rest)
    if typed is None:
        return {"text": _HOW.format(command=f"/{context.prefix}cost")}
    try:
        lasts = parse_duration(typed[3])
    except ValueError as error:
        return {"text": f"{mrkdwn(error)}. {_HOW.format(command=f'/{context.prefix}cost')}"}
    wish = RaiseWish(
        user_id=asked.user_id,
        budget=typed[1],
        usd=Decimal(typed[2]),
        lasts=lasts,
        reason=typed[4],
        delivery_id=asked.delivery_id,
    )
    return {"text": (await context.raises.ask_raise(wish)).text}


async def controls(context: Context, _asked: Asked) -> Reply:
    found = await context.controls.listed([ControlStatus.PROPOSED, ControlStatus.ACTIVE])
    return cost_lists.controls(found, context.prefix)


async def optimise(context: Context, _asked: Asked) -> Reply:
    return cost_lists.savings(await context.savings.savings(), context.prefix)


async def help_text(context: Context, _asked: Asked) -> Reply:
    return cost_lists.help_text(context.prefix)


WORDS: dict[str, Word] = {
    FIRST: status,
    "by": by,
    "budget": budget,
    "controls": controls,
    "optimise": optimise,
    "help": help_text,
}
