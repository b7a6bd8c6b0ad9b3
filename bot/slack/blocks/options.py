"""Options, option groups and confirmation dialogs, and the rules that tie initial choices to them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.slack.blocks.findings import BlockError, Flaw, below
from bot.slack.blocks.kinds import Items, Rule, Shape, String, Text, Word
from bot.slack.blocks.limits import URL

STYLE = Word(("primary", "danger"))

CONFIRM = Shape(
    {
        "title": Text(100),
        "text": Text(300, mrkdwn=True),
        "confirm": Text(30),
        "deny": Text(30),
        "style": STYLE,
    },
    ("title", "text", "confirm", "deny"),
)

_VALUE = String(150)
OPTION = Shape({"text": Text(75), "value": _VALUE, "description": Text(75)}, ("text", "value"))
#: Radio buttons and checkboxes alone show mrkdwn in their options.
RICH_OPTION = Shape(
    {"text": Text(75, mrkdwn=True), "value": _VALUE, "description": Text(75, mrkdwn=True)}, ("text", "value")
)
#: The overflow menu alone has options that open an address.
LINK_OPTION = Shape({"text": Text(75), "value": _VALUE, "description": Text(75), "url": URL}, ("text", "value"))
OPTION_GROUP = Shape({"label": Text(75), "options": Items(OPTION, high=100)}, ("label", "options"))


def _offered(element: Mapping[str, Any]) -> list[object]:
    groups = element.get("option_groups", [])
    lists = [group.get("options") for group in _objects(groups)]
    return [option for options in (element.get("options"), *lists) for option in _objects(options)]


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def initial_is_offered(key: str) -> Rule:
    """Slack refuses an initial choice that is not, key for key, one of the options."""

    def rule(element: Mapping[str, Any], at: str) -> Iterator[BlockError]:
        if key not in element:
            return
        chosen = element[key] if isinstance(element[key], list) else [element[key]]
        offered = _offered(element)
        if any(option not in offered for option in chosen):
            yield BlockError(Flaw.BAD_VALUE, "must be exactly one of the options", below(at, key))

    return rule


def ordered(low: str, high: str, number: Callable[[Any], float] = float) -> Rule:
    """`low` must not exceed `high`, when both are there and are numbers."""

    def rule(element: Mapping[str, Any], at: str) -> Iterator[BlockError]:
        try:
            wrong = number(element[low]) > number(element[high])
        except (KeyError, TypeError, ValueError):
            return  # absent, or already reported as no number
        if wrong:
            yield BlockError(Flaw.CONFLICT, f"{low} is greater than {high}", below(at, low))

    return rule
