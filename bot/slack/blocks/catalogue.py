"""The blocks as data: their shape, and the surfaces they may stand on."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.slack.blocks.elements import IMAGE, IMAGE_FIELDS, IMAGE_RULES, IN_ACTIONS, IN_INPUT, IN_SECTION
from bot.slack.blocks.figures import CHART, DATA_TABLE, TABLE
from bot.slack.blocks.findings import BlockError, Flaw, Kind, below
from bot.slack.blocks.kinds import Flag, Items, OneOf, Shape, String, Text, Word, at_least_one, typed
from bot.slack.blocks.limits import BLOCK_ID, IMAGE_URL, MARKDOWN_CHARACTERS, URL
from bot.slack.blocks.rich_text import RICH_TEXT, RICH_TEXT_OBJECT

Surface = Literal["message", "modal", "home"]


def _block(name: str, fields: Mapping[str, Kind], required: tuple[str, ...] = ()) -> tuple[str, Shape]:
    return typed(name, {"block_id": BLOCK_ID, **fields}, required)


def _task_ids_differ(plan: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    seen: set[object] = set()
    tasks = plan.get("tasks")
    for index, task in enumerate(tasks if isinstance(tasks, list) else []):
        task_id = task.get("task_id") if isinstance(task, Mapping) else None
        if isinstance(task_id, str) and task_id in seen:
            where = below(below(below(at, "tasks"), index), "task_id")
            yield BlockError(Flaw.DUPLICATE, f"{task_id!r} is the task_id of an earlier task", where)
        seen.add(task_id if isinstance(task_id, str) else None)


_TASK_FIELDS: Mapping[str, Kind] = {
    "type": Word(("task_card",)),
    "block_id": BLOCK_ID,
    "task_id": String(),
    "title": String(),
    "status": Word(("pending", "in_progress", "complete", "error")),
    "details": RICH_TEXT_OBJECT,
    "output": RICH_TEXT_OBJECT,
    "sources": Items(OneOf("source", dict([typed("url", {"url": URL, "text": String()}, ("url", "text"))]))),
}
_TASK_NEEDS = ("task_id", "title", "status")
# Inside a plan Slack's own examples leave the type out.
_PLAN_TASK = Shape(_TASK_FIELDS, _TASK_NEEDS)

_VIDEO = _block(
    "video",
    {
        "alt_text": String(),
        # "Less than" 200 and 50 in Slack's reference, unlike all the other limits.
        "title": Text(199),
        "author_name": String(49),
        "title_url": URL,
        "description": Text(),
        "video_url": URL,
        "thumbnail_url": IMAGE_URL,
        "provider_icon_url": IMAGE_URL,
        "provider_name": String(),
    },
    ("alt_text", "title", "video_url", "thumbnail_url"),
)

BLOCKS: Mapping[str, Shape] = dict(
    [
        typed(
            "section",
            {
                "block_id": BLOCK_ID,
                "text": Text(mrkdwn=True),
                "fields": Items(Text(2000, mrkdwn=True), high=10),
                "accessory": IN_SECTION,
                "expand": Flag(),
            },
            (),
            (at_least_one("text", "fields"),),
        ),
        _block("header", {"text": Text(150)}, ("text",)),
        _block("divider", {}),
        _block("actions", {"elements": Items(IN_ACTIONS, high=25)}, ("elements",)),
        _block(
            "context",
            {
                "elements": Items(
                    OneOf("element of context", {"plain_text": Text(), "mrkdwn": Text(mrkdwn=True), **dict([IMAGE])}),
                    high=10,
                )
            },
            ("elements",),
        ),
        _block(
            "input",
            {
                "label": Text(2000),
                "hint": Text(2000),
                "element": IN_INPUT,
                "optional": Flag(),
                "dispatch_action": Flag(),
            },
            ("label", "element"),
        ),
        typed("image", {"block_id": BLOCK_ID, **IMAGE_FIELDS, "title": Text(2000)}, ("alt_text",), IMAGE_RULES),
        _block("file", {"external_id": String(), "source": Word(("remote",))}, ("external_id", "source")),
        _VIDEO,
        RICH_TEXT,
        _block("markdown", {"text": String(MARKDOWN_CHARACTERS)}, ("text",)),
        _block(
            "alert",
            {"text": Text(mrkdwn=True), "level": Word(("default", "info", "warning", "error", "success"))},
            ("text",),
        ),
        TABLE,
        DATA_TABLE,
        CHART,
        ("task_card", Shape(_TASK_FIELDS, ("type", *_TASK_NEEDS))),
        typed(
            "plan",
            {"block_id": BLOCK_ID, "title": String(), "tasks": Items(_PLAN_TASK)},
            ("title",),
            (_task_ids_differ,),
        ),
    ]
)

_ONLY_MESSAGES = ("markdown", "table", "data_table", "data_visualization", "plan", "task_card", "file")
#: Blocks that do not stand everywhere.
SURFACES: Mapping[str, frozenset[Surface]] = {
    **{name: frozenset[Surface](("message",)) for name in _ONLY_MESSAGES},
    "alert": frozenset[Surface](("modal",)),
}
ANY_BLOCK = OneOf("block (known to us)", BLOCKS)
