"""What the app's manifest allows: its scopes, commands, shortcuts and events. An absent manifest allows all."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.paths import MANIFEST
from bot.sandbox.errors import not_there
from bot.sandbox.feed import EVENT_SCOPES
from bot.sandbox.wire import Json

#: What an absent manifest grants; without chat:write.public, which would let a bot post where it is not.
ALL_SCOPES = (
    *("chat:write", "commands", "users:read", "users:read.email", "usergroups:read", "team:read"),
    *("channels:read", "channels:history", "channels:join", "channels:manage", "groups:read", "groups:history"),
    *("groups:write", "im:read", "im:history", "im:write", "app_mentions:read", "files:write", "reactions:write"),
    *("reactions:read", "files:read", "pins:read", "pins:write", "bookmarks:read", "bookmarks:write", "mpim:read"),
    *("mpim:history", "mpim:write", "users.profile:read", "emoji:read"),
)


class Manifest:
    def __init__(self, document: Mapping[str, Any] | None = None) -> None:
        self._document = dict(document or {})
        self._open = not self._document
        features = self._document.get("features") or {}
        settings = self._document.get("settings") or {}
        self.commands: list[Json] = list(features.get("slash_commands") or ())
        self.shortcuts: list[Json] = list(features.get("shortcuts") or ())
        written = ((self._document.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()
        self.scopes: list[str] = list(ALL_SCOPES if self._open else written)
        self._events = set((settings.get("event_subscriptions") or {}).get("bot_events") or ())
        home = features.get("app_home") or {}
        self.home_enabled = self._open or bool(home.get("home_tab_enabled"))
        read_only = bool(home.get("messages_tab_read_only_enabled"))
        self.messages_enabled = bool(home.get("messages_tab_enabled", True)) and not read_only
        self.interactive = self._open or bool((settings.get("interactivity") or {}).get("is_enabled"))

    @classmethod
    def load(cls, source: Path | Mapping[str, Any] | None) -> "Manifest":
        """From a mapping, a YAML file, or (None) the project's own manifest."""
        if isinstance(source, Mapping):
            return cls(source)
        path = source or MANIFEST
        return cls(yaml.safe_load(path.read_text("utf-8")) if path.is_file() else None)

    def grants(self, scope: str) -> bool:
        return self._open or scope in self.scopes

    def names(self, scope: str) -> bool:
        """The scope is written there: for those that widen what a method does."""
        return scope in self.scopes

    def hears(self, event: str) -> bool:
        """Subscribed, and with a scope to read what it tells."""
        scopes = EVENT_SCOPES.get(event, ())
        allowed = not scopes or any(scope in self.scopes for scope in scopes)
        return self._open or (event in self._events and allowed)

    def command(self, command: str) -> Json:
        """Raises a control's 404, as Slack tells a person that a command is not valid."""
        if self._open:
            return {"command": command}
        found = next((entry for entry in self.commands if entry.get("command") == command), None)
        if found is None:
            raise not_there("command", command, (str(entry.get("command")) for entry in self.commands))
        return found

    def shortcut(self, callback_id: str) -> Json | None:
        """None when no manifest says of which type it is; raises a control's 404."""
        if self._open:
            return None
        found = next((entry for entry in self.shortcuts if entry.get("callback_id") == callback_id), None)
        if found is None:
            raise not_there("shortcut", callback_id, (str(entry.get("callback_id")) for entry in self.shortcuts))
        return found
