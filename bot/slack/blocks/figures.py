"""Tables and charts as data. `data_table` and `data_visualization` are newer than every SDK: plain dicts."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.blocks.findings import BlockError, Flaw, Kind, below
from bot.slack.blocks.kinds import Flag, Items, Nullable, Number, OneOf, Shape, String, Word, typed
from bot.slack.blocks.limits import BLOCK_ID, TABLE_CHARACTERS
from bot.slack.blocks.rich_text import RICH_TEXT

_COLUMNS = 20
_RAW = (
    typed("raw_text", {"text": String()}, ("text",)),
    typed("raw_number", {"value": Number(whole=False), "text": String()}, ("value", "text")),
)
_CELL = OneOf("table cell", dict([*_RAW, RICH_TEXT]))
_ROW = Items(_CELL, high=_COLUMNS)
_COLUMN = Shape({"align": Word(("left", "center", "right")), "is_wrapped": Flag()})


def characters(value: object) -> int:
    """How many characters of text a piece of a message shows: every string under `text`, however deep."""
    if isinstance(value, Mapping):
        own = value.get("text")
        shown = len(own) if isinstance(own, str) else 0
        return shown + sum(characters(item) for item in value.values())
    return sum(characters(item) for item in value) if isinstance(value, list) else 0


def _cells_fit(table: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    total = characters(table.get("rows"))
    if total > TABLE_CHARACTERS:
        where = below(at, "rows")
        yield BlockError(Flaw.TOO_LONG, f"cells hold {total} characters; at most {TABLE_CHARACTERS} fit", where)


def _rows(table: Mapping[str, Any]) -> list[list[Any]]:
    rows = table.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _rows_are_even(table: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    if len({len(row) for row in _rows(table)}) > 1:
        yield BlockError(Flaw.BAD_VALUE, "all rows must have the same number of cells", below(at, "rows"))


def _header_is_raw(table: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    for index, cell in enumerate((_rows(table) or [[]])[0]):
        if isinstance(cell, Mapping) and cell.get("type") == "rich_text":
            where = below(below(below(at, "rows"), 0), index)
            yield BlockError(Flaw.BAD_VALUE, "the header row takes no rich_text", where)


TABLE = typed(
    "table",
    {
        "block_id": BLOCK_ID,
        "rows": Items(_ROW, high=100),
        "column_settings": Items(Nullable(_COLUMN), high=_COLUMNS),
    },
    ("rows",),
    (_cells_fit,),
)
DATA_TABLE = typed(
    "data_table",
    {
        "block_id": BLOCK_ID,
        "caption": String(),
        # Slack: 1 to 100 rows and the header.
        "rows": Items(_ROW, low=2, high=101),
        "page_size": Number(1, 100),
        "row_header_column_index": Number(0, _COLUMNS - 1),
    },
    ("caption", "rows"),
    (_rows_are_even, _header_is_raw, _cells_fit),
)

_LABEL = String(20)
_POINTS = Items(Shape({"label": _LABEL, "value": Number(whole=False)}, ("label", "value")), high=20)
_SEGMENT = Shape({"label": _LABEL, "value": Number(0, whole=False)}, ("label", "value"))
_AXES = Shape({"categories": Items(_LABEL, high=20), "x_label": String(50), "y_label": String(50)}, ("categories",))
_PLOT: Mapping[str, Kind] = {
    "series": Items(Shape({"name": _LABEL, "data": _POINTS}, ("name", "data")), high=6),
    "axis_config": _AXES,
}


def _series_match_axis(chart: Mapping[str, Any], at: str) -> Iterator[BlockError]:
    """Each series gives one value for each category, under its own name."""
    try:
        wanted = sorted(chart["axis_config"]["categories"])
        labels = [sorted(point["label"] for point in series["data"]) for series in chart["series"]]
        names = [series["name"] for series in chart["series"]]
        unique = len(set(names)) == len(names)
    except (KeyError, TypeError):
        return  # the shape is already reported
    if any(found != wanted for found in labels):
        yield BlockError(Flaw.BAD_VALUE, "every series needs one value for each category", below(at, "series"))
    if not unique:
        yield BlockError(Flaw.DUPLICATE, "series need different names", below(at, "series"))


def _plot(kind: str) -> tuple[str, Shape]:
    return typed(kind, _PLOT, ("series", "axis_config"), (_series_match_axis,))


CHART = typed(
    "data_visualization",
    {
        "block_id": BLOCK_ID,
        "title": String(50),
        "chart": OneOf(
            "chart",
            dict(
                [
                    typed("pie", {"segments": Items(_SEGMENT, high=6)}, ("segments",)),
                    *map(_plot, ("bar", "area", "line")),
                ]
            ),
        ),
    },
    ("title", "chart"),
)
