"""The words of `/cost`; WORDS is the table of them."""

import difflib

from riskengine.response.controls import ControlStatus

from bot.handlers.asked import Asked, Reply, Word
from bot.handlers.context import Context
from bot.slack import cost_lists
from riskengine.areas.cost.periods import PeriodInvalid, parse_period
from riskengine.series import Dimension

FIRST = "status"
#: What is told apart where no period is named.
USUAL_PERIOD = "month"


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


async def budget(context: Context, _asked: Asked) -> Reply:
    return cost_lists.budgets(await context.costs.budget_states(), context.prefix, may_be_raised=False)


async def controls(context: Context, _asked: Asked) -> Reply:
    found = await context.controls.listed([ControlStatus.PROPOSED, ControlStatus.ACTIVE])
    return cost_lists.controls(found, context.prefix)


async def optimise(context: Context, _asked: Asked) -> Reply:
    return cost_lists.savings(await context.savings.savings(), context.prefix)


async def help_text(context: Context, _asked: Asked) -> Reply:
    return cost_lists.help_text(context.prefix, may_be_raised=False)


WORDS: dict[str, Word] = {
    FIRST: status,
    "by": by,
    "budget": budget,
    "controls": controls,
    "optimise": optimise,
    "help": help_text,
}
