"""Text that strangers may write, the foot of a message, and notes with it: what all examples share."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.slack.render import render

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG = "0123456789" * 500
#: What strangers put into text: broadcasts, mentions, links, markup, dates, bidi overrides, controls, half a surrogate.
HOSTILE = (
    "<!channel> <!here|here> <@U0ALICE> <#C0GENERAL|x> <!subteam^S0ONCALL> <https://evil.example|your bank> "
    "https://evil.example/?a=1&b=2 <!date^0^{date}|x> *bold* _it_ ~no~ `code` ```pre``` :fire: @here &lt;!here&gt; "
    '"quotes" \\n \\u0041 {{ 7 * 7 }} {% raw %} </script> \u202egpj.exe\u2066 \x00\x1b[31m \ud800 👩‍👩‍👧 é\u0301 \u200b'
)

_NO_FOOTER = {"late_seconds": None, "late_text": "", "late_reason": "", "rerouted_from": None, "key_tail": ""}
FOOTERS: dict[str, dict[str, Any]] = {
    "in_time": _NO_FOOTER,
    "late": {**_NO_FOOTER, "late_seconds": 340.2, "late_text": "5 min", "late_reason": "riskbot was not running"},
    "late_for_long_reason": {**_NO_FOOTER, "late_seconds": 1.0, "late_text": "1 s", "late_reason": HOSTILE * 40},
    "rerouted": {**_NO_FOOTER, "rerouted_from": "#gone"},
    "marked": {**_NO_FOOTER, "key_tail": "#llm-alerts"},
    "all": {"late_seconds": 9.0, "late_text": "9 s", "late_reason": "x", "rerouted_from": "#gone", "key_tail": "k:1"},
}


def note(template: str, payload: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for footer, values in FOOTERS.items():
        yield footer, render(template, {**payload, "subject_id": 12, **values})
