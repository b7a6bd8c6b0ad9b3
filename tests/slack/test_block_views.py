"""The block checker on views: tables of good and bad cases."""

import pytest

from bot.slack.blocks import check_view
from tests.slack.good_blocks import entry, modal, mrkdwn, plain, section, table


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
