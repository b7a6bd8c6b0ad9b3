"""The block checker is never milder than slack_sdk."""

import copy
import logging
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.blocks import check_blocks, check_view
from tests.slack.good_blocks import (
    GOOD,
    GOOD_IN_MODAL,
    modal,
    plain,
)


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
