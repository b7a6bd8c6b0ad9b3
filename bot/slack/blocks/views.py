"""Modals and App Home views."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.blocks.findings import BlockError, Flaw, Kind, below
from bot.slack.blocks.kinds import Flag, Shape, String, Text, Word, wrong_type
from bot.slack.blocks.limits import VIEW_BYTES
from bot.slack.blocks.whole import check_list


class _Blocks:
    """The key is known and checked by check_list, which needs the surface."""

    def check(self, _value: object, _at: str) -> Iterator[BlockError]:
        return iter(())


def _submit_for_inputs(view: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, Mapping) and b.get("type") == "input" for b in blocks)
    if has_input and "submit" not in view:
        yield BlockError(Flaw.MISSING, "submit is needed with an input block", below(at, "submit"))


_COMMON: Mapping[str, Kind] = {
    "blocks": _Blocks(),
    "private_metadata": String(3000, shortest=0),
    "callback_id": String(255),
    "external_id": String(255, shortest=0),
}
_HOME = Shape({"type": Word(("home",)), **_COMMON}, ("type", "blocks"))
_MODAL = Shape(
    {
        "type": Word(("modal",)),
        **_COMMON,
        "title": Text(24),
        "submit": Text(24),
        "close": Text(24),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
    },
    ("type", "title", "blocks"),
    (_submit_for_inputs,),
)


def find_flaws(view: object, at: str) -> Iterator[BlockError]:
    if not isinstance(view, Mapping):
        yield wrong_type("a view", view, at)
        return
    kind = view.get("type")
    if kind not in ("modal", "home"):
        yield BlockError(Flaw.UNKNOWN_TYPE, "must be modal or home", below(at, "type"))
        return
    yield from (_MODAL if kind == "modal" else _HOME).check(view, at)
    if "blocks" in view:
        yield from check_list(view["blocks"], "modal" if kind == "modal" else "home", below(at, "blocks"))
    yield from _fits(view, at)


def _fits(view: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    size = len(json.dumps(view, ensure_ascii=False, default=str).encode())
    if size > VIEW_BYTES:
        yield BlockError(Flaw.TOO_LARGE, f"is {size} bytes of JSON; at most {VIEW_BYTES} fit", at)
