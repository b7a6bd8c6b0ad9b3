"""One call of the Web API, as a method sees it, and what many methods need."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.sandbox.channels import Channel, ChannelKind
from bot.sandbox.core import Sandbox
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.parsing import Arguments
from bot.sandbox.people import User
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Call:
    sandbox: Sandbox
    arguments: Arguments

    @property
    def workspace(self) -> Workspace:
        return self.sandbox.workspace

    def channel(self, name: str = "channel", *, by_name: bool = False) -> Channel:
        """The channel named by an argument. A private one without the bot is as unknown as one that does not exist."""
        return self.channel_of(self.arguments.required(name), by_name=by_name)

    def channel_of(self, reference: str, *, by_name: bool = False) -> Channel:
        found = self.workspace.find_channel(reference)
        if found is not None and found.id != reference and not by_name:
            found = None
        if found is None or (found.kind is not ChannelKind.PUBLIC and not found.has_bot):
            raise SlackRefusal("channel_not_found")
        return found

    def person(self, name: str = "user", error: str = "user_not_found") -> User:
        user = self.workspace.users.get(self.arguments.required(name))
        if user is None:
            raise SlackRefusal(error)
        return user

    def require_scope(self, *scopes: str) -> None:
        """Any of these is enough."""
        manifest = self.sandbox.manifest
        if not any(manifest.grants(scope) for scope in scopes):
            provided = ",".join(manifest.scopes)
            raise SlackRefusal("missing_scope", fields={"needed": scopes[0], "provided": provided})

    def page(self, items: Sequence[Item], *, default_limit: int = 100) -> tuple[list[Item], Json]:
        """A page of the items and its response_metadata; the cursor holds an offset."""
        limit = self.limit(default_limit, 1000)
        start = _decode_cursor(self.arguments.text("cursor"))
        after = start + limit
        cursor = encode_cursor(f"offset:{after}") if after < len(items) else ""
        return list(items[start:after]), {"next_cursor": cursor}

    def limit(self, default: int, maximum: int) -> int:
        limit = self.arguments.number("limit", default) or default
        if not 0 < limit <= maximum:
            raise SlackRefusal("invalid_limit")
        return limit


Handler = Callable[[Call], Json]


def encode_cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def decode_cursor(cursor: str, prefix: str) -> str:
    """What was encoded after the prefix; invalid_cursor for anything else."""
    try:
        text = base64.b64decode(cursor.encode(), validate=True).decode()
    except ValueError:
        raise SlackRefusal("invalid_cursor") from None
    if not text.startswith(prefix):
        raise SlackRefusal("invalid_cursor")
    return text.removeprefix(prefix)


def _decode_cursor(cursor: str) -> int:
    if not cursor:
        return 0
    offset = decode_cursor(cursor, "offset:")
    if not offset.isdigit():
        raise SlackRefusal("invalid_cursor")
    return int(offset)


def timestamp(call: Call, name: str) -> str:
    """A ts argument padded to six digits, so that it compares as text; empty when absent."""
    text = call.arguments.text(name)
    if text in ("", "0"):
        return ""
    seconds, _, fraction = text.partition(".")
    if not (seconds.isdigit() and (fraction.isdigit() or not fraction)):
        raise invalid_arguments(f"must be a valid timestamp [json-pointer:/{name}]")
    return f"{int(seconds):010d}.{fraction.ljust(6, '0')[:6]}"


def writable(call: Call, name: str) -> Channel:
    """The channel named by an argument, which the bot may write to."""
    return writable_channel(call, call.arguments.required(name))


def writable_channel(call: Call, reference: str) -> Channel:
    channel = call.channel_of(reference)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    return channel
