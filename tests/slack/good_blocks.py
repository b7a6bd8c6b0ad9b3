"""Blocks that Slack takes, one of each kind, and what they are made of."""

from typing import Any


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


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Roll back"), "blocks": [section()], **more}
