"""The block checker: tables of good and bad cases, and that it is never milder than slack_sdk."""

import copy
import logging
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.blocks import BlockError, characters, check_blocks, check_view


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Approve"), "action_id": "approve", "value": "17", **more}


def option(value: str = "a", text: str = "A", **more: Any) -> dict[str, Any]:
    return {"text": plain(text), "value": value, **more}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "pick", "options": [option()], **more}


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("hello"), **more}


def entry(element: Any, **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("Reason"), "element": element, **more}


def rich(*elements: Any) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def table(**more: Any) -> dict[str, Any]:
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "model"}, rich({"type": "text", "text": "x"})]],
        **more,
    }


def task(task_id: str = "t1", **more: Any) -> dict[str, Any]:
    return {"type": "task_card", "task_id": task_id, "title": "Roll back", "status": "pending", **more}


def data_table(**more: Any) -> dict[str, Any]:
    raw = {"type": "raw_text", "text": "x"}
    number = {"type": "raw_number", "value": 1.5, "text": "$1.50"}
    return {"type": "data_table", "caption": "Costs", "rows": [[raw, raw], [raw, number]], **more}


def chart(categories: tuple[str, ...] = ("Mon", "Tue"), **more: Any) -> dict[str, Any]:
    series = [{"name": "cost", "data": [{"label": "Mon", "value": 1}, {"label": "Tue", "value": 2.5}]}]
    plot = {"type": "line", "series": series, "axis_config": {"categories": list(categories), "y_label": "USD"}}
    return {"type": "data_visualization", "title": "Cost", "chart": plot, **more}


CONFIRM = {"title": plain("Sure?"), "text": mrkdwn("Really"), "confirm": plain("Yes"), "deny": plain("No")}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart"}

GOOD: dict[str, dict[str, Any]] = {
    "section": section(block_id="b", accessory=button(style="danger", confirm=CONFIRM), expand=True),
    "fields": {"type": "section", "fields": [mrkdwn("*a*"), plain("b")]},
    "longest section": section(text=mrkdwn("x" * 3000)),
    "header": {"type": "header", "text": {"type": "plain_text", "text": "x" * 150, "emoji": True}},
    "divider": {"type": "divider"},
    "context": {"type": "context", "elements": [mrkdwn("a"), plain("b"), IMAGE]},
    "image": {**IMAGE, "title": plain("t")},
    "slack file": {"type": "image", "slack_file": {"id": "F01234567"}, "alt_text": "a"},
    "actions": actions(
        button(), select(), {"type": "overflow", "action_id": "o", "options": [option(url="https://e.com")]}
    ),
    "groups": actions(select(options=None) | {"option_groups": [{"label": plain("g"), "options": [option()]}]}),
    "initial": actions(select(initial_option=option())),
    "pickers": actions(
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-01-31", "placeholder": plain("day")},
        {"type": "timepicker", "action_id": "t", "initial_time": "23:59", "timezone": "Europe/Berlin"},
        {"type": "datetimepicker", "action_id": "m", "initial_date_time": 1_790_000_000},
    ),
    "choices": actions(
        {"type": "checkboxes", "action_id": "c", "options": [{"text": mrkdwn("*a*"), "value": "a"}]},
        {"type": "radio_buttons", "action_id": "r", "options": [option()], "initial_option": option()},
    ),
    "people": actions(
        {"type": "users_select", "action_id": "u"},
        {"type": "multi_users_select", "action_id": "mu", "initial_users": ["U1"], "max_selected_items": 3},
        {"type": "conversations_select", "action_id": "co", "filter": {"include": ["public"]}},
        {"type": "channels_select", "action_id": "ch", "initial_channel": "C1"},
        {"type": "external_select", "action_id": "e", "min_query_length": 0},
    ),
    "rich text": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "<b>*not bold*", "style": {"bold": True, "code": False}},
                    {"type": "user", "user_id": "U1"},
                    {"type": "usergroup", "usergroup_id": "S1"},
                    {"type": "channel", "channel_id": "C1"},
                    {"type": "link", "url": "https://example.com", "text": "x"},
                    {"type": "emoji", "name": "wave", "unicode": "1f44b"},
                    {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "color", "value": "#ff0000"},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "q"}]},
            {"type": "rich_text_preformatted", "elements": [], "border": 0},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": []}],
            },
        ],
    },
    "table": table(column_settings=[{"align": "right", "is_wrapped": True}, None]),
    "data table": data_table(page_size=10, row_header_column_index=0),
    "chart": chart(),
    "pie": chart() | {"chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}},
    "markdown": {"type": "markdown", "text": "# x"},
    "task": task(
        details=rich({"type": "text", "text": "x"}), sources=[{"type": "url", "url": "https://e.com", "text": "e"}]
    ),
    "plan": {
        "type": "plan",
        "title": "Roll back",
        "tasks": [task("a"), {"task_id": "b", "title": "B", "status": "error"}],
    },
    "input": entry(
        {"type": "plain_text_input", "multiline": True, "min_length": 1, "max_length": 10, "initial_value": "x"}
    ),
    "number": entry({"type": "number_input", "is_decimal_allowed": True, "min_value": "-1.5", "max_value": "9"}),
}
GOOD["groups"]["elements"][0].pop("options")
GOOD_IN_MODAL: dict[str, dict[str, Any]] = {
    "alert": {"type": "alert", "text": mrkdwn("*careful*"), "level": "warning"},
    "file input": entry({"type": "file_input", "filetypes": ["csv"], "max_files": 1}),
    "mail": entry({"type": "email_text_input"}, hint=plain("h"), optional=True),
    "url": entry({"type": "url_text_input", "initial_value": "https://e.com"}),
    "rich": entry({"type": "rich_text_input", "initial_value": rich({"type": "text", "text": "x"})}),
    "dispatch": entry(
        {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}},
        dispatch_action=True,
    ),
}


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD)
def test_what_slack_takes_passes(block):
    assert check_blocks([block], "message") == []


@pytest.mark.parametrize("block", GOOD_IN_MODAL.values(), ids=GOOD_IN_MODAL)
def test_what_modals_take_passes(block):
    assert check_blocks([block], "modal") == []


#: name -> (block, code, pointer below /blocks/0)
BAD: dict[str, tuple[Any, str, str]] = {
    "no object": ("text", "wrong_type", ""),
    "no type": ({"text": plain("x")}, "unknown_type", "/type"),
    "unknown block": ({"type": "sectoin", "text": plain("x")}, "unknown_type", "/type"),
    "a block we do not send": ({"type": "carousel", "elements": []}, "unknown_type", "/type"),
    "misspelt key": (section(acessory=button()), "unknown_key", "/acessory"),
    "key with a slash": (section(**{"a/b~c": 1}), "unknown_key", "/a~1b~0c"),
    "null": (section(accessory=None), "wrong_type", "/accessory"),
    "empty section": ({"type": "section"}, "missing", ""),
    "text as string": ({"type": "section", "text": "x"}, "wrong_type", "/text"),
    "text of unknown type": ({"type": "section", "text": {"type": "html", "text": "x"}}, "unknown_type", "/text/type"),
    "empty text": (section(text=mrkdwn("")), "too_short", "/text/text"),
    "long text": (section(text=mrkdwn("x" * 3001)), "too_long", "/text/text"),
    "emoji in mrkdwn": (section(text={**mrkdwn("x"), "emoji": True}), "unknown_key", "/text/emoji"),
    "no fields": ({"type": "section", "fields": []}, "too_few", "/fields"),
    "11 fields": ({"type": "section", "fields": [plain("x")] * 11}, "too_many", "/fields"),
    "long field": ({"type": "section", "fields": [plain("x" * 2001)]}, "too_long", "/fields/0/text"),
    "long block_id": (section(block_id="b" * 256), "too_long", "/block_id"),
    "mrkdwn header": ({"type": "header", "text": mrkdwn("x")}, "bad_value", "/text/type"),
    "long header": ({"type": "header", "text": plain("x" * 151)}, "too_long", "/text/text"),
    "no header text": ({"type": "header"}, "missing", "/text"),
    "mrkdwn button": (actions(button(text=mrkdwn("x"))), "bad_value", "/elements/0/text/type"),
    "long button": (actions(button(text=plain("x" * 76))), "too_long", "/elements/0/text/text"),
    "long value": (actions(button(value="x" * 2001)), "too_long", "/elements/0/value"),
    "long url": (actions(button(url="https://e.com/" + "x" * 3000)), "too_long", "/elements/0/url"),
    "relative url": (actions(button(url="/here")), "bad_value", "/elements/0/url"),
    "style": (actions(button(style="warning")), "bad_value", "/elements/0/style"),
    "long action_id": (actions(button(action_id="x" * 256)), "too_long", "/elements/0/action_id"),
    "confirm without deny": (
        actions(button(confirm={k: v for k, v in CONFIRM.items() if k != "deny"})),
        "missing",
        "/elements/0/confirm/deny",
    ),
    "long confirm": (actions(button(confirm={**CONFIRM, "confirm": plain("x" * 31)})), "too_long", "/elements/0/confirm/confirm/text"),
    "long confirm title": (actions(button(confirm={**CONFIRM, "title": plain("x" * 101)})), "too_long", "/elements/0/confirm/title/text"),
    "long confirm text": (actions(button(confirm={**CONFIRM, "text": plain("x" * 301)})), "too_long", "/elements/0/confirm/text/text"),
    "empty actions": (actions(), "too_few", "/elements"),
    "26 actions": (actions(*[button(action_id=f"a{i}") for i in range(26)]), "too_many", "/elements"),
    "same action_id": (actions(button(), button()), "duplicate", "/elements/1/action_id"),
    "text input in actions": (actions({"type": "plain_text_input"}), "unknown_type", "/elements/0/type"),
    "11 in context": ({"type": "context", "elements": [plain("x")] * 11}, "too_many", "/elements"),
    "button in context": ({"type": "context", "elements": [button()]}, "unknown_type", "/elements/0/type"),
    "long option text": (actions(select(options=[option(text="x" * 76)])), "too_long", "/elements/0/options/0/text/text"),
    "long option value": (actions(select(options=[option("x" * 151)])), "too_long", "/elements/0/options/0/value"),
    "long description": (
        actions(select(options=[option(description=plain("x" * 76))])),
        "too_long",
        "/elements/0/options/0/description/text",
    ),
    "url in a select option": (actions(select(options=[option(url="https://e.com")])), "unknown_key", "/elements/0/options/0/url"),
    "101 options": (actions(select(options=[option(str(i)) for i in range(101)])), "too_many", "/elements/0/options"),
    "no options": (actions(select(options=[])), "too_few", "/elements/0/options"),
    "options and groups": (
        actions(select(option_groups=[{"label": plain("g"), "options": [option()]}])),
        "conflict",
        "/elements/0",
    ),
    "neither": (actions({"type": "static_select"}), "missing", "/elements/0"),
    "initial not offered": (actions(select(initial_option=option("z"))), "bad_value", "/elements/0/initial_option"),
    "6 in overflow": (actions({"type": "overflow", "options": [option(str(i)) for i in range(6)]}), "too_many", "/elements/0/options"),
    "11 radios": (actions({"type": "radio_buttons", "options": [option(str(i)) for i in range(11)]}), "too_many", "/elements/0/options"),
    "long placeholder": (actions(select(placeholder=plain("x" * 151))), "too_long", "/elements/0/placeholder/text"),
    "bad date": (actions({"type": "datepicker", "initial_date": "2026-13-01"}), "bad_value", "/elements/0/initial_date"),
    "bad time": (actions({"type": "timepicker", "initial_time": "24:00"}), "bad_value", "/elements/0/initial_time"),
    "bad moment": (actions({"type": "datetimepicker", "initial_date_time": -1}), "bad_value", "/elements/0/initial_date_time"),
    "true is no number": (actions({"type": "datetimepicker", "initial_date_time": True}), "wrong_type", "/elements/0/initial_date_time"),
    "mrkdwn label": (entry({"type": "plain_text_input"}, label=mrkdwn("x")), "bad_value", "/label/type"),
    "long label": (entry({"type": "plain_text_input"}, label=plain("x" * 2001)), "too_long", "/label/text"),
    "long hint": (entry({"type": "plain_text_input"}, hint=plain("x" * 2001)), "too_long", "/hint/text"),
    "button as input": (entry(button()), "unknown_type", "/element/type"),
    "max_length": (entry({"type": "plain_text_input", "max_length": 3001}), "bad_value", "/element/max_length"),
    "min over max": (entry({"type": "plain_text_input", "min_length": 9, "max_length": 3}), "conflict", "/element/min_length"),
    "initial too long": (entry({"type": "plain_text_input", "max_length": 3, "initial_value": "xxxx"}), "too_long", "/element/initial_value"),
    "number without decimals": (entry({"type": "number_input"}), "missing", "/element/is_decimal_allowed"),
    "image without alt": ({"type": "image", "image_url": "https://e.com/a"}, "missing", "/alt_text"),
    "image without source": ({"type": "image", "alt_text": "a"}, "missing", ""),
    "long alt": ({**IMAGE, "alt_text": "x" * 2001}, "too_long", "/alt_text"),
    "alert in a message": (GOOD_IN_MODAL["alert"], "wrong_surface", "/type"),
    "long markdown": ({"type": "markdown", "text": "x" * 12_001}, "too_long", "/text"),
    "empty markdown": ({"type": "markdown", "text": ""}, "too_short", "/text"),
    "no rows": (table(rows=[]), "too_few", "/rows"),
    "101 rows": (table(rows=[[{"type": "raw_text", "text": "x"}]] * 101), "too_many", "/rows"),
    "21 columns": (table(rows=[[{"type": "raw_text", "text": "x"}] * 21]), "too_many", "/rows/0"),
    "mrkdwn cell": (table(rows=[[mrkdwn("x")]]), "unknown_type", "/rows/0/0/type"),
    "empty cell": (table(rows=[[{"type": "raw_text", "text": ""}]]), "too_short", "/rows/0/0/text"),
    "full table": (table(rows=[[{"type": "raw_text", "text": "x" * 10_001}]]), "too_long", "/rows"),
    "column alignment": (table(column_settings=[{"align": "middle"}]), "bad_value", "/column_settings/0/align"),
    "uneven data": (data_table(rows=[[{"type": "raw_text", "text": "x"}], []]), "bad_value", "/rows"),
    "rich header": (data_table(rows=[[rich()], [{"type": "raw_text", "text": "x"}]]), "bad_value", "/rows/0/0"),
    "one row of data": (data_table(rows=[[{"type": "raw_text", "text": "x"}]]), "too_few", "/rows"),
    "no caption": ({k: v for k, v in data_table().items() if k != "caption"}, "missing", "/caption"),
    "chart without data": (chart(("Mon", "Tue", "Wed")), "bad_value", "/chart/series"),
    "chart title": (chart(title="x" * 51), "too_long", "/title"),
    "task status": (task(status="done"), "bad_value", "/status"),
    "same task twice": ({"type": "plan", "title": "p", "tasks": [task(), task()]}, "duplicate", "/tasks/1/task_id"),
    "rich text with mrkdwn": (rich(mrkdwn("x")), "unknown_type", "/elements/0/elements/0/type"),
    "rich text style": (rich({"type": "text", "text": "x", "style": {"bould": True}}), "unknown_key", "/elements/0/elements/0/style/bould"),
    "empty rich text": ({"type": "rich_text", "elements": []}, "too_few", "/elements"),
    "mention in preformatted": (
        {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}]},
        "unknown_type",
        "/elements/0/elements/0/type",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("block", "code", "pointer"), BAD.values(), ids=BAD)
def test_what_slack_refuses_is_found_where_it_is(block, code, pointer):
    found = [(str(error.code), error.pointer) for error in check_blocks([block], "message")]
    assert (code, f"/blocks/0{pointer}") in found


@pytest.mark.parametrize(
    ("blocks", "surface", "code", "pointer"),
    [
        ({"type": "divider"}, "message", "wrong_type", "/blocks"),
        ([], "message", "too_few", "/blocks"),
        ([{"type": "divider"}] * 51, "message", "too_many", "/blocks"),
        ([{"type": "divider"}] * 101, "modal", "too_many", "/blocks"),
        ([table()], "modal", "wrong_surface", "/blocks/0/type"),
        ([{"type": "markdown", "text": "x"}], "home", "wrong_surface", "/blocks/0/type"),
        ([task()], "modal", "wrong_surface", "/blocks/0/type"),
        ([GOOD_IN_MODAL["alert"]], "home", "wrong_surface", "/blocks/0/type"),
        ([section(block_id="a"), section(block_id="a")], "message", "duplicate", "/blocks/1/block_id"),
        ([table(), table()], "message", "too_many", "/blocks"),
        ([chart(), chart(), chart()], "message", "too_many", "/blocks"),
        ([{"type": "markdown", "text": "x" * 7000}] * 2, "message", "too_long", "/blocks"),
        ([entry({"type": "plain_text_input", "focus_on_load": True})] * 2, "modal", "conflict", "/blocks"),
    ],
)
def test_rules_between_blocks(blocks, surface, code, pointer):
    assert (code, pointer) in [(str(error.code), error.pointer) for error in check_blocks(blocks, surface)]


def test_one_action_id_in_two_blocks_is_fine():
    assert check_blocks([actions(button()), section(accessory=button())], "message") == []
    assert check_blocks([{"type": "divider"}] * 100, "home") == []


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Roll back"), "blocks": [section()], **more}


@pytest.mark.parametrize(
    "view",
    [
        modal(),
        modal(
            blocks=[entry({"type": "plain_text_input"})],
            submit=plain("Go"),
            close=plain("Not now"),
            callback_id="c",
            private_metadata="17",
            notify_on_close=True,
        ),
        {"type": "home", "blocks": [section()]},
    ],
)
def test_good_views(view):
    assert check_view(view) == []


@pytest.mark.parametrize(
    ("view", "code", "pointer"),
    [
        ([], "wrong_type", "/view"),
        ({"type": "dialog"}, "unknown_type", "/view/type"),
        ({"type": "modal", "blocks": [section()]}, "missing", "/view/title"),
        (modal(title=plain("x" * 25)), "too_long", "/view/title/text"),
        (modal(title=mrkdwn("x")), "bad_value", "/view/title/type"),
        (modal(submit=plain("x" * 25)), "too_long", "/view/submit/text"),
        (modal(close=plain("x" * 25)), "too_long", "/view/close/text"),
        (modal(private_metadata="x" * 3001), "too_long", "/view/private_metadata"),
        (modal(callback_id="x" * 256), "too_long", "/view/callback_id"),
        (modal(blocks=[entry({"type": "plain_text_input"})]), "missing", "/view/submit"),
        (modal(blocks=[]), "too_few", "/view/blocks"),
        (modal(blocks=[table()]), "wrong_surface", "/view/blocks/0/type"),
        (modal(calback_id="x"), "unknown_key", "/view/calback_id"),
        ({"type": "home", "blocks": [section()], "submit": plain("x")}, "unknown_key", "/view/submit"),
        ({"type": "home"}, "missing", "/view/blocks"),
        (modal(blocks=[section(text=mrkdwn("\u2603" * 3000))] * 90), "too_large", "/view"),
    ],
)
def test_bad_views(view, code, pointer):
    assert (code, pointer) in [(str(error.code), error.pointer) for error in check_view(view)]


def test_an_error_reads_like_slack():
    (error,) = check_blocks([{"type": "header", "text": plain("x" * 151)}], "message")
    assert isinstance(error, BlockError)
    assert str(error) == "has 151 characters; at most 150 fit [json-pointer:/blocks/0/text/text]"


def test_characters_counts_what_is_read():
    assert (
        characters(
            [section(text=mrkdwn("abc"), accessory=button(value="hidden")), rich({"type": "text", "text": "de"})]
        )
        == 12
    )


# --- never milder than slack_sdk -------------------------------------------------------------------------------------


def refused_by_sdk(block: dict[str, Any]) -> bool:
    """True when the SDK's models refuse the block, here or in any object inside it."""
    try:
        parsed = Block.parse(copy.deepcopy(block))
        return parsed is None or not parsed.to_dict()
    except (SlackObjectFormationError, TypeError, KeyError, AttributeError, ValueError):
        return True


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in items for found in nodes(item, (*path, key)))]


def replaced(block: Any, path: tuple[Any, ...], new: Any) -> Any:
    made = copy.deepcopy(block)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    if new is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return made


GONE = object()
LONG = [31, 51, 76, 101, 151, 200, 256, 301, 2001, 3001, 4001, 12_001]


def mutations(value: Any) -> list[Any]:
    """Ways to spoil one value: gone, too long at every limit known, too many, none, of another type."""
    wrong: list[Any] = [GONE, "nonsense", "", 99_999_999_999, [], {}]
    if isinstance(value, str):
        return wrong + ["x" * size for size in LONG]
    if isinstance(value, list):
        return [*wrong, value * 11, value * 26, value * 101]
    return wrong


ALL_GOOD = {**GOOD, **GOOD_IN_MODAL, "video": {
    "type": "video", "alt_text": "a", "title": plain("t"), "video_url": "https://e.com", "thumbnail_url": "https://e.com", "author_name": "a",
}}  # fmt: skip


#: Newer than every SDK: its models do not know them at all.
UNKNOWN_TO_SDK = {"data table", "chart", "pie"}


@pytest.mark.parametrize("name", [name for name in ALL_GOOD if name not in UNKNOWN_TO_SDK])
def test_all_that_the_sdk_refuses_is_refused(name, caplog):
    """Every value of every good block is spoilt in turn; wherever the SDK objects, so must we."""
    caplog.set_level(logging.ERROR, "slack_sdk")  # it warns of every spoilt block
    block, surface = ALL_GOOD[name], "modal" if name in GOOD_IN_MODAL else "message"
    assert check_blocks([block], surface) == []
    for path in nodes(block)[1:]:
        value: Any = block
        for key in path:
            value = value[key]
        for new in mutations(value):
            spoilt = replaced(block, path, new)
            if refused_by_sdk(spoilt):
                assert check_blocks([spoilt], surface), (path, new)


@pytest.mark.parametrize(
    "spoil",
    [{"title": plain("x" * 25)}, {"close": plain("x" * 25)}, {"submit": plain("x" * 25)}, {"private_metadata": "x" * 3001},
     {"callback_id": "x" * 256}, {"type": "dialog"}, {"type": "home", "close": plain("x")}, {"blocks": [{"type": "divider"}] * 101}],
)  # fmt: skip
def test_views_that_the_sdk_refuses_are_refused(spoil):
    view = modal(**spoil)
    with pytest.raises(SlackObjectFormationError):
        View(**view).to_dict()
    assert check_view(view)
