"""Secrets out of text: by their shape, and by the name they stand under. It may take too much, never too little.

Every pattern starts at something literal and is bounded, so a hostile megabyte costs time in proportion to its size.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from math import isfinite
from typing import Any

HIDDEN = "[redacted]"

# A secret may follow an escape in a printed string (\n as two characters) or in an address (%3D), letters both.
_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
_NAMED = r"(?:password|passwd|(?:client_|signing_)?secret|api[_-]?key|(?:access|refresh|bot|app|api)_token)"
_IS = r"[\"']?\s{0,9}[:=]\s{0,9}"
_SCHEME = r"(?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]{0,40}"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Slack: bot, user, app-level, configuration and workflow tokens.
    (re.compile(r"x(?:ox[a-z]|app|wfp)-[A-Za-z0-9%._-]+"), HIDDEN),
    # Model providers' keys.
    (re.compile(_START + r"sk-[A-Za-z0-9_-]{6,}"), HIDDEN),
    # Our own API tokens; the public prefix stays, it says which token it was.
    (re.compile(_START + r"(rb_[A-Za-z0-9_-]{1,40})\.[A-Za-z0-9_-]+"), rf"\1.{HIDDEN}"),
    # JSON web tokens.
    (re.compile(r"eyJ[A-Za-z0-9_-]{3,2000}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), HIDDEN),
    (re.compile(r"(?i)(bearer\s+)(?!tokens?\b)[^\s\"',;)}\]]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)(authorization{_IS}[\"']?(?:basic|token|negotiate)\s+)[^\s\"']+"), rf"\1{HIDDEN}"),
    # user:password@ in any URL; an unescaped @ or / may be part of the password, so it ends at the last @.
    (re.compile(rf"(?i)({_SCHEME}://[^\s:/@]{{0,200}}):[^\s\"'<>]{{0,1000}}@"), rf"\1:{HIDDEN}@"),
    # response_url and webhook paths: whoever has one can post.
    (re.compile(r"(/(?:actions|commands|services|workflows|triggers)/)T[A-Za-z0-9]+/[^\s\"'<>\\]+"), rf"\1{HIDDEN}"),
    # The single-use ticket of a socket, and secrets in any query.
    (re.compile(rf"(?i)([?&](?:ticket|token|sig|signature|{_NAMED})=)[^&\s\"'<>]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)({_NAMED}{_IS})(?:\"[^\"]*\"|'[^']*'|[^\s\"',;&}}]+)"), rf"\1{HIDDEN}"),
)

_SECRET_KEY = re.compile(rf"(?i)(?:^|.*[_-])(?:{_NAMED}|token|authorization|cookie|response_url|private_metadata)")


def redact(text: str) -> str:
    """`text` without secrets; the rest stays readable."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_value(value: object, depth: int = 6) -> Any:
    """`value` as JSON can hold it, without secrets. Below `depth` levels the rest becomes text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, Mapping) and depth:
        return {redact(str(key)): _under(str(key), item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return _items(value, depth - 1)
    return redact(value.isoformat() if isinstance(value, date) else str(value))


def _under(key: str, value: object, depth: int) -> Any:
    return HIDDEN if _SECRET_KEY.fullmatch(key) else redact_value(value, depth)


def _items(values: Iterable[object], depth: int) -> list[Any]:
    return [redact_value(item, depth) for item in values]


def redact_named(key: str, value: object) -> Any:
    """One named value: hidden altogether when the name says that it is a secret."""
    return _under(key, value, 6)
