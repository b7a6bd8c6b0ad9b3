"""The Slack app manifest of one installation, made from the commands and shortcuts that the code registers.

Generated, so that it cannot drift from the code: a command without a manifest entry is unreachable in Slack, an entry
without a handler is a dead command.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from bot.slack.manifest_check import check_manifest

__all__ = [
    "BOT_EVENTS",
    "EVENTS_PATH",
    "SCOPES",
    "CommandSpec",
    "ShortcutSpec",
    "build_manifest",
    "check_manifest",
    "missing_scopes",
    "prefixed",
    "to_yaml",
]

#: What the bot asks for at installation; each is used by a call the bot makes or an event it hears.
SCOPES: tuple[str, ...] = (
    "chat:write",
    "commands",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "channels:read",
    "channels:history",
    "groups:read",
    "groups:history",
    "channels:join",
    "im:write",
    "im:history",
    "files:write",
)
BOT_EVENTS: tuple[str, ...] = ("app_home_opened",)
#: Where Slack sends everything in HTTP mode, below the installation's address.
EVENTS_PATH = "/slack/events"

_NAME = "riskbot"
_DESCRIPTION = "Alerts, approvals, incidents, rollouts and costs of a fleet of language models"
_LONG_DESCRIPTION = (
    "riskbot watches the calls your services make to language models and tells the right channels what needs a person: "
    "alerts that stay current in one message, approvals for escalating work to a stronger model, incidents with a "
    "timeline, rollouts that roll themselves back, provider outages and spending. Every press is checked again on the "
    "server and written to an audit log."
)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A slash command. `command` starts with a slash and carries no prefix."""

    command: str
    description: str
    usage_hint: str = ""


@dataclass(frozen=True, slots=True)
class ShortcutSpec:
    """A shortcut: on a message (the way into threads, where slash commands do not work) or global."""

    name: str
    callback_id: str
    description: str
    kind: Literal["message", "global"] = "message"


def prefixed(command: str, prefix: str) -> str:
    """`/alerts` with the prefix `rb-` is `/rb-alerts`."""
    return f"/{prefix}{command.removeprefix('/')}"


def build_manifest(
    commands: Sequence[CommandSpec], shortcuts: Sequence[ShortcutSpec], *, prefix: str = "", url: str | None = None
) -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP when the installation's public `url` is given."""
    request_url = f"{url.rstrip('/')}{EVENTS_PATH}" if url else None
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": _NAME,
            "description": _DESCRIPTION,
            "long_description": _LONG_DESCRIPTION,
            "background_color": "#1f2a44",
        },
        "features": _features(commands, shortcuts, prefix, request_url),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": _settings(request_url),
    }


def _features(
    commands: Sequence[CommandSpec], shortcuts: Sequence[ShortcutSpec], prefix: str, request_url: str | None
) -> dict[str, Any]:
    features: dict[str, Any] = {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": _NAME, "always_online": True},
    }
    # The schema refuses empty arrays.
    if shortcuts:
        features["shortcuts"] = [_shortcut(spec) for spec in shortcuts]
    if commands:
        features["slash_commands"] = [_command(spec, prefix, request_url) for spec in commands]
    return features


def _shortcut(spec: ShortcutSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "type": spec.kind,
        "callback_id": str(spec.callback_id),
        "description": spec.description,
    }


def _command(spec: CommandSpec, prefix: str, request_url: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"command": prefixed(spec.command, prefix), "description": spec.description}
    if spec.usage_hint:
        entry["usage_hint"] = spec.usage_hint
    if request_url:
        entry["url"] = request_url
    # Mentions arrive as <@U…> and <#C…|name>, so a renamed person or channel is still the right one.
    return {**entry, "should_escape": True}


def _settings(request_url: str | None) -> dict[str, Any]:
    where = {"request_url": request_url} if request_url else {}
    return {
        "event_subscriptions": {**where, "bot_events": list(BOT_EVENTS)},
        "interactivity": {"is_enabled": True, **where},
        "org_deploy_enabled": False,
        "socket_mode_enabled": request_url is None,
        "token_rotation_enabled": False,
    }


def missing_scopes(granted: Iterable[str]) -> list[str]:
    """Scopes the bot needs that its token does not have."""
    have = set(granted)
    return [scope for scope in SCOPES if scope not in have]


def to_yaml(manifest: dict[str, Any]) -> str:
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=120)
