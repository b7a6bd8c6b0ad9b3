"""Text of users and machines on its way into Slack.

Escaping takes the meaning from mentions, broadcasts and links (`<!here>`, `<@U…>`, `<url|label>`). It cannot take it
from `*`, `_`, `~` and backticks: Slack has no escape for them. So where text must stand exactly as written (a runbook
step, a prompt, a person's comment) use plain_text or rich text, which carry no markup.
"""

import re
from datetime import UTC, datetime
from typing import Any

from bot.errors import WrongUse

ELLIPSIS = "…"
_USER_ID = re.compile("[UW][A-Z0-9]+")

# C0 controls but newline and tab; bidirectional embeddings, overrides and isolates, which can make text read as
# another; lone surrogates, which no UTF-8 request can carry.
_STRIPPED = re.compile("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def mrkdwn(value: object, limit: int | None = None) -> str:
    """`value` as mrkdwn that says just that. `limit` counts characters after escaping, as Slack does."""
    escaped = _stripped(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _cut(escaped, limit, entities=True)


def typed(text: str) -> str:
    """What a person typed after a command: Slack hands it over with `&`, `<` and `>` escaped."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(value: object, limit: int | None = None) -> str:
    """`value` for a plain_text field, which takes `&`, `<` and `>` as they are."""
    return _cut(_stripped(value), limit, entities=False)


def _stripped(value: object) -> str:
    return _STRIPPED.sub("", str(value))


def _cut(text: str, limit: int | None, *, entities: bool) -> str:
    if limit is None or len(text) <= limit:
        return text
    kept = text[: max(limit - len(ELLIPSIS), 0)]
    if entities:
        start = kept.rfind("&")
        # In escaped text each & begins an entity; one without its semicolon was cut in the middle.
        kept = kept[:start] if start >= 0 and ";" not in kept[start:] else kept
    return (kept + ELLIPSIS)[: max(limit, 0)]


def mention(actor: str) -> str:
    """A member as a mention in mrkdwn, a program (`token:NAME`) by its token's name; anything else stays mere text."""
    if actor.startswith("token:"):
        return f"The program {mrkdwn(actor.removeprefix('token:'))}"
    return f"<@{actor}>" if _USER_ID.fullmatch(actor) else mrkdwn(actor)


def date_token(moment: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A moment that every reader sees in their own time zone; old clients and notifications show the UTC fallback.

    Raises WrongUse for a moment without a time zone, since it names no moment.
    """
    if moment.tzinfo is None:
        raise WrongUse(
            f"{moment.isoformat()} has no time zone, so Slack cannot show it.", hint="Pass an aware datetime in UTC."
        )
    fallback = datetime.fromtimestamp(moment.timestamp(), tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(moment.timestamp())}^{form}|{fallback}>"


def rich_text(value: object, **style: bool) -> dict[str, Any]:
    """A rich text element that shows `value` character for character; `style` is bold, italic, strike or code."""
    # Slack refuses an empty text element.
    element: dict[str, Any] = {"type": "text", "text": _stripped(value) or " "}
    return {**element, "style": style} if style else element
