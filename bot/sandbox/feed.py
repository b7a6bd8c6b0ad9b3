"""What happens to messages, reactions and members, in the shape Slack's events have."""

from collections.abc import Iterator

from bot.sandbox.channels import EVENT_KINDS, Channel, ChannelKind
from bot.sandbox.constants import BOT_USER_ID, TEAM_ID
from bot.sandbox.wire import Json

#: An event and the name it is subscribed by, where that is not its type.
Happening = tuple[Json, str]

#: Subscription → scopes any of which lets it through; Slack sends nothing of what an app may not read.
EVENT_SCOPES = {
    **{subscription: (f"{kind.value}:history",) for kind, (_, subscription) in EVENT_KINDS.items()},
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "channel_left": ("channels:read",),
    "group_left": ("groups:read",),
    "channel_archive": ("channels:read",),
    "group_archive": ("groups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "user_change": ("users:read",),
    "file_shared": ("files:read",),
}


def posted(channel: Channel, message: Json) -> list[Happening]:
    """Of a new message; the app hears its own too, and knows them by `bot_id`. Nothing where the bot is not."""
    if not channel.has_bot:
        return []
    event, subscription = _in_channel(channel, message)
    happenings = [(event, subscription)]
    own = message["user"] == BOT_USER_ID
    if not own and channel.kind is not ChannelKind.DIRECT and f"<@{BOT_USER_ID}" in message["text"]:
        mention = {name: value for name, value in event.items() if name != "channel_type"}
        happenings.append((mention | {"type": "app_mention"}, "app_mention"))
    return happenings


def changed(channel: Channel, message: Json, before: Json, event_ts: str) -> list[Happening]:
    parts = {"subtype": "message_changed", "hidden": True, "message": dict(message), "previous_message": before}
    return list(_about(channel, parts, event_ts))


def deleted(channel: Channel, before: Json, event_ts: str) -> list[Happening]:
    parts = {"subtype": "message_deleted", "hidden": True, "deleted_ts": before["ts"], "previous_message": before}
    return list(_about(channel, parts, event_ts))


def reacted(channel: Channel, message: Json, user_id: str, name: str, event_ts: str, *, added: bool) -> list[Happening]:
    if not channel.has_bot:
        return []
    event = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message["ts"]},
        "item_user": message["user"],
        "event_ts": event_ts,
    }
    return [(event, "")]


def joined(channel: Channel, user_id: str, event_ts: str, *, inviter: str = "") -> list[Happening]:
    if not channel.has_bot:
        return []
    event = {"type": "member_joined_channel", "user": user_id, "channel": channel.id, "team": TEAM_ID}
    event |= {"channel_type": "C" if channel.kind is ChannelKind.PUBLIC else "G", "event_ts": event_ts}
    return [(event | ({"inviter": inviter} if inviter else {}), "")]


def put_out(channel: Channel, actor_id: str, event_ts: str) -> list[Happening]:
    """The bot was removed from a channel."""
    kind = "channel_left" if channel.kind is ChannelKind.PUBLIC else "group_left"
    return [({"type": kind, "channel": channel.id, "actor_id": actor_id, "event_ts": event_ts}, "")]


def regrouped(group_id: str, user_id: str, now: int, *, added: bool) -> list[Happening]:
    """One person came into a user group, or left it."""
    came, left = ([user_id], []) if added else ([], [user_id])
    event = {"type": "subteam_members_changed", "subteam_id": group_id, "team_id": TEAM_ID, "date_update": now}
    counts = {"added_users_count": len(came), "removed_users_count": len(left)}
    return [(event | {"added_users": came, "removed_users": left, "event_ts": f"{now}.000000"} | counts, "")]


def file_shared(channel: Channel, file_id: str, event_ts: str) -> list[Happening]:
    event = {"type": "file_shared", "channel_id": channel.id, "file_id": file_id, "user_id": BOT_USER_ID}
    return [(event | {"file": {"id": file_id}, "event_ts": event_ts}, "")]


def archived(channel: Channel, user_id: str, event_ts: str) -> list[Happening]:
    kind = "channel_archive" if channel.kind is ChannelKind.PUBLIC else "group_archive"
    return [({"type": kind, "channel": channel.id, "user": user_id, "event_ts": event_ts}, "")]


def _in_channel(channel: Channel, message: Json) -> Happening:
    channel_type, subscription = EVENT_KINDS[channel.kind]
    base = {"channel": channel.id, "channel_type": channel_type, "event_ts": message["ts"]}
    return message | base, subscription


def _about(channel: Channel, parts: Json, event_ts: str) -> Iterator[Happening]:
    if channel.has_bot:
        channel_type, subscription = EVENT_KINDS[channel.kind]
        base = {"type": "message", "channel": channel.id, "channel_type": channel_type}
        yield base | parts | {"ts": event_ts, "event_ts": event_ts}, subscription
