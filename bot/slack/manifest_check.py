"""What Slack's manifest schema lets through and the installation then suffers from."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_COMMAND = re.compile(r"/[a-z0-9][a-z0-9_-]*")
_COMMAND_CHARACTERS = 32
_SHORTCUT_CHARACTERS = 24

_READ_WRITE = ("read", "write")
_CONVERSATION = ("history", "read", "write", "write.topic")
_SCOPES_BY_FAMILY: Mapping[str, tuple[str, ...]] = {
    "app_mentions": ("read",),
    "bookmarks": _READ_WRITE,
    "calls": _READ_WRITE,
    "canvases": _READ_WRITE,
    "channels": ("history", "join", "manage", "read", "write.invites", "write.topic"),
    "chat": ("write", "write.customize", "write.public"),
    "conversations.connect": ("manage", "read", "write"),
    "dnd": ("read",),
    "emoji": ("read",),
    "files": _READ_WRITE,
    "groups": (*_CONVERSATION, "write.invites"),
    "im": _CONVERSATION,
    "links": _READ_WRITE,
    "links.embed": ("write",),
    "lists": _READ_WRITE,
    "metadata.message": ("read",),
    "mpim": _CONVERSATION,
    "pins": _READ_WRITE,
    "reactions": _READ_WRITE,
    "reminders": _READ_WRITE,
    "remote_files": ("read", "share", "write"),
    "search": ("read.files", "read.public", "read.users"),
    "team": ("read",),
    "team.billing": ("read",),
    "team.preferences": ("read",),
    "triggers": _READ_WRITE,
    "usergroups": _READ_WRITE,
    "users": ("read", "read.email", "write"),
    "users.profile": ("read",),
    "workflow.steps": ("execute",),
}
#: Bot scopes of Slack's reference that a chat-ops app could ask for; a word not here is taken for a misspelling.
KNOWN_SCOPES: frozenset[str] = frozenset(
    {f"{family}:{scope}" for family, scopes in _SCOPES_BY_FAMILY.items() for scope in scopes}
    | {"assistant:write", "commands", "incoming-webhook", "tokens.basic"}
)

#: Event types a bot may subscribe to, with the scopes of which one must be held (none: no scope needed).
KNOWN_EVENTS: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "tokens_revoked": (),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_id_changed": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "message_metadata_posted": ("metadata.message:read",),
    "message_metadata_updated": ("metadata.message:read",),
    "message_metadata_deleted": ("metadata.message:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "file_shared": ("files:read",),
    "link_shared": ("links:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
}


def check_manifest(manifest: Mapping[str, Any]) -> list[str]:
    """Sentences about what is wrong; none means Slack should take the manifest and the app should work."""
    found: list[str] = []
    for check in (_metadata, _commands, _shortcuts, _scopes, _events, _mode):
        found.extend(check(manifest))
    return found


def _at(value: object, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _entries(manifest: Mapping[str, Any], feature: str) -> list[Mapping[str, Any]]:
    entries = _at(manifest, "features", feature)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _repeated(words: Iterable[str], what: str) -> Iterator[str]:
    for word, count in Counter(words).items():
        if count > 1:
            yield f"{what} {word} is there {count} times; Slack keeps one of them."


def _metadata(manifest: Mapping[str, Any]) -> Iterator[str]:
    if _at(manifest, "_metadata", "major_version") is None:
        yield "_metadata.major_version is missing; without it Slack reads the manifest as version 1."


def _commands(manifest: Mapping[str, Any]) -> Iterator[str]:
    names = [str(entry.get("command", "")) for entry in _entries(manifest, "slash_commands")]
    yield from _repeated(names, "Command")
    for name in names:
        if not _COMMAND.fullmatch(name):
            yield f"Command {name!r} must be a slash and lower-case letters, digits, - or _, without blanks."
        if len(name) > _COMMAND_CHARACTERS:
            yield f"Command {name!r} has {len(name)} characters; Slack takes {_COMMAND_CHARACTERS}; shorten the prefix."


def _shortcuts(manifest: Mapping[str, Any]) -> Iterator[str]:
    entries = _entries(manifest, "shortcuts")
    yield from _repeated((str(entry.get("callback_id")) for entry in entries), "Shortcut")
    for name in (str(entry.get("name", "")) for entry in entries):
        if len(name) > _SHORTCUT_CHARACTERS:
            yield f"Shortcut {name!r} has {len(name)} characters; Slack shows {_SHORTCUT_CHARACTERS}."


def _scopes(manifest: Mapping[str, Any]) -> Iterator[str]:
    scopes = _words(_at(manifest, "oauth_config", "scopes", "bot"))
    yield from _repeated(scopes, "Scope")
    for scope in scopes:
        if scope not in KNOWN_SCOPES:
            yield f"Scope {scope!r} is not one that Slack gives to bots; look for a misspelling."
    if (_entries(manifest, "slash_commands") or _entries(manifest, "shortcuts")) and "commands" not in scopes:
        yield "Scope 'commands' is missing; Slack needs it for slash commands and shortcuts."


def _events(manifest: Mapping[str, Any]) -> Iterator[str]:
    events = _words(_at(manifest, "settings", "event_subscriptions", "bot_events"))
    scopes = set(_words(_at(manifest, "oauth_config", "scopes", "bot")))
    yield from _repeated(events, "Event")
    for event in events:
        needs = KNOWN_EVENTS.get(event)
        if needs is None:
            yield f"Event {event!r} is not one that bots can hear; look for a misspelling."
        elif needs and not scopes.intersection(needs):
            yield f"Event {event!r} needs the scope {' or '.join(needs)}."


def _mode(manifest: Mapping[str, Any]) -> Iterator[str]:
    settings = _at(manifest, "settings")
    socket = _at(settings, "socket_mode_enabled") is True
    interactive = _at(settings, "interactivity", "is_enabled") is True
    if not interactive:
        yield "settings.interactivity.is_enabled is not true; no button or shortcut would work."
    addresses = {
        "settings.interactivity.request_url": _at(settings, "interactivity", "request_url"),
        "settings.event_subscriptions.request_url": _at(settings, "event_subscriptions", "request_url"),
        **{f"url of {entry.get('command')}": entry.get("url") for entry in _entries(manifest, "slash_commands")},
    }
    for where, address in addresses.items():
        if socket and address:
            yield f"{where} is set, but in Socket Mode Slack sends nothing to an address."
        elif not socket and not str(address or "").startswith("https://"):
            yield f"{where} must be an https address when Socket Mode is off."
