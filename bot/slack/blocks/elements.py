"""The interactive elements as data, and which of them may stand in which block."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.blocks.findings import BlockError, Flaw, Kind, below
from bot.slack.blocks.kinds import (
    Flag,
    Items,
    Number,
    OneOf,
    Rule,
    Shape,
    String,
    Text,
    Word,
    at_least_one,
    exactly_one,
    typed,
)
from bot.slack.blocks.limits import ACTION_ID, IMAGE_URL, URL
from bot.slack.blocks.options import (
    CONFIRM,
    LINK_OPTION,
    OPTION,
    OPTION_GROUP,
    RICH_OPTION,
    STYLE,
    initial_is_offered,
    ordered,
)
from bot.slack.blocks.rich_text import RICH_TEXT_OBJECT

Entry = tuple[str, Shape]

SLACK_FILE = Shape(
    {"id": String(pattern=r"F[A-Z0-9]{8,}", expected="the id of a file"), "url": URL}, rules=(exactly_one("id", "url"),)
)
IMAGE_FIELDS: Mapping[str, Kind] = {"image_url": IMAGE_URL, "slack_file": SLACK_FILE, "alt_text": String(2000)}
IMAGE_RULES: tuple[Rule, ...] = (exactly_one("image_url", "slack_file"),)
IMAGE: Entry = typed("image", IMAGE_FIELDS, ("alt_text",), IMAGE_RULES)

_ACTION: Mapping[str, Kind] = {"action_id": ACTION_ID, "confirm": CONFIRM}
_INPUT: Mapping[str, Kind] = {"action_id": ACTION_ID, "focus_on_load": Flag()}
_SELECT: Mapping[str, Kind] = {**_ACTION, "placeholder": Text(150), "focus_on_load": Flag()}
_MANY: Mapping[str, Kind] = {**_SELECT, "max_selected_items": Number(1)}
_DISPATCH = Shape(
    {"trigger_actions_on": Items(Word(("on_enter_pressed", "on_character_entered")))}, ("trigger_actions_on",)
)
_TYPED: Mapping[str, Kind] = {**_INPUT, "placeholder": Text(150), "dispatch_action_config": _DISPATCH}
_FILTER = Shape(
    {
        "include": Items(Word(("im", "mpim", "private", "public"))),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    rules=(at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
_OPTIONS: Mapping[str, Kind] = {
    "options": Items(OPTION, high=100),
    "option_groups": Items(OPTION_GROUP, high=100),
}
_EITHER = exactly_one("options", "option_groups")
_CONVERSATIONS: Mapping[str, Kind] = {"default_to_current_conversation": Flag(), "filter": _FILTER}
_DATE = String(pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", expected="a date, YYYY-MM-DD")
_TIME = String(pattern=r"([01]\d|2[0-3]):[0-5]\d", expected="a time, HH:mm")
_DECIMAL = String(pattern=r"-?\d+(\.\d+)?", expected="a number in a string")


def _initial_fits(element: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    value, longest = element.get("initial_value"), element.get("max_length")
    if isinstance(value, str) and isinstance(longest, int) and len(value) > longest:
        yield BlockError(Flaw.TOO_LONG, f"is longer than max_length {longest}", below(at, "initial_value"))


BUTTON: Entry = typed(
    "button",
    {
        **_ACTION,
        "text": Text(75),
        "url": URL,
        "value": String(2000),
        "style": STYLE,
        "accessibility_label": String(75),
    },
    ("text",),
)
OVERFLOW: Entry = typed("overflow", {**_ACTION, "options": Items(LINK_OPTION, high=5)}, ("options",))
_CHOICE: Mapping[str, Kind] = {**_ACTION, "focus_on_load": Flag(), "options": Items(RICH_OPTION, high=10)}
_CHOICES: tuple[Entry, ...] = (
    typed(
        "checkboxes",
        {**_CHOICE, "initial_options": Items(RICH_OPTION)},
        ("options",),
        (initial_is_offered("initial_options"),),
    ),
    typed(
        "radio_buttons",
        {**_CHOICE, "initial_option": RICH_OPTION},
        ("options",),
        (initial_is_offered("initial_option"),),
    ),
)
_PICKERS: tuple[Entry, ...] = (
    typed("datepicker", {**_SELECT, "initial_date": _DATE}),
    typed("timepicker", {**_SELECT, "initial_time": _TIME, "timezone": String()}),
)
#: Ten digits of Unix seconds at most, as Slack documents.
_MOMENT: Entry = typed(
    "datetimepicker", {**_ACTION, "focus_on_load": Flag(), "initial_date_time": Number(0, 9_999_999_999)}
)
_SINGLE: tuple[Entry, ...] = (
    typed(
        "static_select",
        {**_SELECT, **_OPTIONS, "initial_option": OPTION},
        (),
        (_EITHER, initial_is_offered("initial_option")),
    ),
    typed("external_select", {**_SELECT, "initial_option": OPTION, "min_query_length": Number(0)}),
    typed("users_select", {**_SELECT, "initial_user": String()}),
    typed(
        "conversations_select",
        {**_SELECT, **_CONVERSATIONS, "initial_conversation": String(), "response_url_enabled": Flag()},
    ),
    typed("channels_select", {**_SELECT, "initial_channel": String(), "response_url_enabled": Flag()}),
)
_MULTI: tuple[Entry, ...] = (
    typed(
        "multi_static_select",
        {**_MANY, **_OPTIONS, "initial_options": Items(OPTION)},
        (),
        (_EITHER, initial_is_offered("initial_options")),
    ),
    typed("multi_external_select", {**_MANY, "initial_options": Items(OPTION), "min_query_length": Number(0)}),
    typed("multi_users_select", {**_MANY, "initial_users": Items(String())}),
    typed("multi_conversations_select", {**_MANY, **_CONVERSATIONS, "initial_conversations": Items(String())}),
    typed("multi_channels_select", {**_MANY, "initial_channels": Items(String())}),
)
_WRITTEN: tuple[Entry, ...] = (
    typed(
        "plain_text_input",
        {
            **_TYPED,
            "initial_value": String(3000, shortest=0),
            "multiline": Flag(),
            "min_length": Number(0, 3000),
            "max_length": Number(1, 3000),
        },
        (),
        (ordered("min_length", "max_length"), _initial_fits),
    ),
    typed("email_text_input", {**_TYPED, "initial_value": String()}),
    typed("url_text_input", {**_TYPED, "initial_value": URL}),
    typed(
        "number_input",
        {
            **_TYPED,
            "is_decimal_allowed": Flag(),
            "initial_value": _DECIMAL,
            "min_value": _DECIMAL,
            "max_value": _DECIMAL,
        },
        ("is_decimal_allowed",),
        (ordered("min_value", "max_value"),),
    ),
    typed("rich_text_input", {**_TYPED, "initial_value": RICH_TEXT_OBJECT}),
    typed("file_input", {"action_id": ACTION_ID, "filetypes": Items(String()), "max_files": Number(1, 10)}),
)

_SELECTS = (*_CHOICES, *_PICKERS, *_SINGLE, *_MULTI)

IN_SECTION = OneOf("section accessory", dict([BUTTON, OVERFLOW, IMAGE, *_SELECTS]))
IN_ACTIONS = OneOf("element of actions", dict([BUTTON, OVERFLOW, _MOMENT, *_SELECTS]))
IN_INPUT = OneOf("input element", dict([_MOMENT, *_WRITTEN, *_SELECTS]))
