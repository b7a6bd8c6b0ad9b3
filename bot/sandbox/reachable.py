"""Pictures in blocks: Slack fetches each when a message is posted, and refuses those it cannot reach."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.sandbox.wire import Json

_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa")


def unreachable_pictures(value: object, at: str) -> Iterator[str]:
    """JSON pointers of `image_url`s that no server on the internet can fetch."""
    if isinstance(value, dict):
        yield from _own(value, at)
        for key, inner in value.items():
            yield from unreachable_pictures(inner, f"{at}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from unreachable_pictures(inner, f"{at}/{index}")


def _own(value: Json, at: str) -> Iterator[str]:
    url = value.get("image_url")
    if isinstance(url, str) and _is_local(urlsplit(url).hostname or ""):
        yield f"{at}/image_url"


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.endswith(_LOCAL_NAMES) or "." not in host
