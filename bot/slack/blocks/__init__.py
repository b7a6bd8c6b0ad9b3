"""Our own checker of Slack blocks and views, driven by tables.

It refuses all that slack_sdk's models refuse and what they miss: misspelt keys, unknown types, mrkdwn where Slack shows
none, limits of options and fields, duplicate ids, blocks on the wrong surface. Blocks and elements we do not send
(cards, carousels, containers, calls, feedback and workflow buttons) are unknown on purpose.
"""

from bot.slack.blocks.catalogue import Surface
from bot.slack.blocks.figures import characters
from bot.slack.blocks.findings import BlockError, Flaw
from bot.slack.blocks.limits import MESSAGE_BUDGET, MESSAGE_CHARACTERS
from bot.slack.blocks.views import find_flaws
from bot.slack.blocks.whole import check_list

__all__ = [
    "MESSAGE_BUDGET",
    "MESSAGE_CHARACTERS",
    "BlockError",
    "Flaw",
    "Surface",
    "characters",
    "check_blocks",
    "check_view",
]


def check_blocks(blocks: object, surface: Surface) -> list[BlockError]:
    """All flaws of a list of blocks on a surface; none means Slack would take it, as far as its reference tells.

    A message too large as a whole (`characters` against MESSAGE_CHARACTERS) is another error of Slack's and not here.
    """
    return list(check_list(blocks, surface, "/blocks"))


def check_view(view: object) -> list[BlockError]:
    """All flaws of a modal or home view, its blocks included."""
    return list(find_flaws(view, "/view"))
