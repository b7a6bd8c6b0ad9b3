"""Text arrives in Slack as it was written, and means nothing else."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WrongUse
from bot.slack.blocks import check_blocks
from bot.slack.text import (
    ELLIPSIS,
    date_token,
    mrkdwn,
    plain,
    rich_text,
    typed,
)

ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
REMOVED = {chr(c) for c in range(32) if chr(c) not in "\n\t"} | {
    chr(c) for c in [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
}
ANY = st.text() | st.text(alphabet="&<>;amplgt*_~`@!U|^\n\t\x00\u202e\u2066x")


def unescape(text: str) -> str:
    return re.sub("&(?:amp|lt|gt);", lambda match: ENTITIES[match.group()], text)


@given(ANY)
def test_what_was_typed_comes_back(text):
    sent = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert typed(sent) == text


def kept(text: str) -> str:
    return "".join(c for c in text if c not in REMOVED)


@given(ANY)
def test_text_survives(text):
    assert unescape(mrkdwn(text)) == kept(text)
    assert plain(text) == kept(text)
    assert rich_text(text)["text"] == (kept(text) or " ")


@given(ANY, st.integers(min_value=-1, max_value=60))
def test_no_markup_and_no_half_entity_at_any_limit(text, limit):
    cut = mrkdwn(text, limit)
    assert len(cut) <= max(limit, 0)
    assert not re.search("[<>]", cut)
    assert not re.search("&(?!amp;|lt;|gt;)", cut)
    assert kept(text).startswith(unescape(cut).removesuffix(ELLIPSIS))
    assert len(plain(text, limit)) <= max(limit, 0)


@given(ANY, st.integers(min_value=10, max_value=60))
def test_a_cut_is_marked_and_wastes_less_than_an_entity(text, limit):
    whole, cut = mrkdwn(text), mrkdwn(text, limit)
    if len(whole) <= limit:
        assert cut == whole
    else:
        assert cut.endswith(ELLIPSIS)
        assert len(cut) > limit - len("&amp;")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("<https://evil.example|your bank>", "&lt;https://evil.example|your bank&gt;"),
        ("<!date^0^{date}|x>", "&lt;!date^0^{date}|x&gt;"),
        ("a & b", "a &amp; b"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("line\r\nline\ttab", "line\nline\ttab"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\ud800x", "x"),
        (17, "17"),
    ],
)
def test_what_it_looks_like(text, expected):
    assert mrkdwn(text) == expected


def test_a_cut_never_falls_into_an_entity():
    assert mrkdwn("ab<cd", 5) == "ab…"
    assert mrkdwn("ab<cd", 7) == "ab&lt;…"
    assert mrkdwn("abcdef", 1) == "…"
    assert plain("abcdef", 3) == "ab…"
    assert plain("a<b", 3) == "a<b"


def test_a_date_token():
    moment = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
    assert date_token(moment) == "<!date^1769862600^{date_short_pretty} {time}|2026-01-31 12:30 UTC>"
    assert date_token(moment.astimezone(timezone(timedelta(hours=9)))) == date_token(moment)
    assert date_token(moment, "{ago}") == "<!date^1769862600^{ago}|2026-01-31 12:30 UTC>"
    with pytest.raises(WrongUse, match="time zone"):
        date_token(moment.replace(tzinfo=None))


@given(ANY)
def test_rich_text_passes_the_checker(text):
    parts = ("rich_text_section", "rich_text_quote", "rich_text_preformatted")
    elements = [{"type": part, "elements": [rich_text(text)]} for part in parts]
    elements[0]["elements"].insert(0, rich_text("Why: ", bold=True))
    block = {"type": "rich_text", "elements": elements}
    assert check_blocks([block], "message") == []
    assert json.loads(json.dumps(block)) == block
