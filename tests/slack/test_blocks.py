"""The block checker: tables of good and bad cases."""

from typing import Any

import pytest

from bot.slack.blocks import BlockError, characters, check_blocks
from tests.slack.good_blocks import (
    CONFIRM,
    GOOD,
    GOOD_IN_MODAL,
    IMAGE,
    actions,
    button,
    chart,
    data_table,
    entry,
    mrkdwn,
    option,
    plain,
    rich,
    section,
    select,
    table,
    task,
)


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
