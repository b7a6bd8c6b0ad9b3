"""Rich text as data: the one place where user text is shown exactly as written."""

from collections.abc import Mapping

from bot.slack.blocks.findings import Kind
from bot.slack.blocks.kinds import Flag, Items, Number, OneOf, Shape, String, Word, typed
from bot.slack.blocks.limits import BLOCK_ID, URL

_STYLE = Shape({name: Flag() for name in ("bold", "italic", "strike", "code", "underline")})
_MENTION_STYLE = Shape(
    {name: Flag() for name in ("bold", "italic", "strike", "highlight", "client_highlight", "unlink", "code")}
)


def _mention(kind: str, key: str) -> tuple[str, Shape]:
    return typed(kind, {key: String(), "style": _MENTION_STYLE}, (key,))


_TEXT = typed("text", {"text": String(), "style": _STYLE}, ("text",))
_LINK = typed("link", {"url": URL, "text": String(), "unsafe": Flag(), "style": _STYLE}, ("url",))

_INLINE = OneOf(
    "rich text element",
    dict(
        [
            _TEXT,
            _LINK,
            _mention("channel", "channel_id"),
            _mention("user", "user_id"),
            _mention("usergroup", "usergroup_id"),
            _mention("team", "team_id"),
            typed(
                "emoji",
                {"name": String(), "skin_tone": Number(1, 6), "unicode": String(), "style": _STYLE},
                ("name",),
            ),
            typed(
                "date",
                {"timestamp": Number(0), "format": String(), "url": URL, "fallback": String(), "style": _STYLE},
                ("timestamp", "format"),
            ),
            typed("broadcast", {"range": Word(("here", "channel", "everyone")), "style": _STYLE}, ("range",)),
            typed("color", {"value": String(), "style": _STYLE}, ("value",)),
        ]
    ),
)
_LITERAL = OneOf("element of preformatted text", dict([_TEXT, _LINK]))

# Slack allows empty arrays inside these parts, and nowhere else.
_SECTION = typed("rich_text_section", {"elements": Items(_INLINE, low=0)}, ("elements",))
_PARTS: Mapping[str, Kind] = dict(
    [
        _SECTION,
        typed("rich_text_quote", {"elements": Items(_INLINE, low=0), "border": Number(0, 1)}, ("elements",)),
        typed(
            "rich_text_preformatted",
            {"elements": Items(_LITERAL, low=0), "border": Number(0, 1), "language": String()},
            ("elements",),
        ),
        typed(
            "rich_text_list",
            {
                "elements": Items(OneOf("rich_text_section", dict([_SECTION])), low=0),
                "style": Word(("bullet", "ordered")),
                "indent": Number(0, 8),
                "offset": Number(0),
                "border": Number(0, 1),
            },
            ("elements", "style"),
        ),
    ]
)

RICH_TEXT = typed(
    "rich_text", {"block_id": BLOCK_ID, "elements": Items(OneOf("rich text part", _PARTS))}, ("elements",)
)
RICH_TEXT_OBJECT = OneOf("rich_text block", dict([RICH_TEXT]))
