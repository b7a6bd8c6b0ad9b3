"""The Web API's methods: name → what does it, how often it may be called, which scope it needs."""

from dataclasses import dataclass

from bot.sandbox.methods import (
    auth,
    channel_care,
    chat,
    conversations,
    directory,
    extras,
    files,
    history,
    pins,
    scheduled,
    views,
)
from bot.sandbox.methods.call import Call, Handler

__all__ = ["METHODS", "Call", "Method"]


@dataclass(frozen=True, slots=True)
class Method:
    handler: Handler
    #: A key of rate_limits.PER_MINUTE.
    tier: str
    #: Any of these grants it; methods that look at the kind of channel ask for more themselves.
    scopes: tuple[str, ...] = ()
    #: Slack reads JSON bodies of methods that write; most that read take forms and queries only.
    takes_json: bool = True


_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_MANAGE = ("channels:manage", "groups:write")
_INVITE = ("channels:manage", "channels:write.invites", "groups:write", "groups:write.invites")
_TOPIC = ("channels:manage", "channels:write.topic", "groups:write", "groups:write.topic")
_WRITE = ("chat:write",)

METHODS = {
    "api.test": Method(auth.test_api, "4"),
    "auth.test": Method(auth.test_auth, "special"),
    "apps.connections.open": Method(auth.open_connection, "3"),
    "bots.info": Method(auth.bot_info, "3", ("users:read",), takes_json=False),
    "team.info": Method(auth.team_info, "3", ("team:read",), takes_json=False),
    "chat.postMessage": Method(chat.post_message, "special", _WRITE),
    "chat.postEphemeral": Method(chat.post_ephemeral, "4", _WRITE),
    "chat.update": Method(chat.update, "3", _WRITE),
    "chat.delete": Method(chat.delete, "3", _WRITE),
    "chat.meMessage": Method(chat.me_message, "3", _WRITE),
    "chat.scheduleMessage": Method(scheduled.schedule, "3", _WRITE),
    "chat.deleteScheduledMessage": Method(scheduled.delete_scheduled, "3", _WRITE),
    "chat.scheduledMessages.list": Method(scheduled.list_scheduled, "3"),
    "chat.getPermalink": Method(chat.permalink, "special", takes_json=False),
    "blocks.validate": Method(chat.validate_blocks, "special"),
    "conversations.list": Method(conversations.list_channels, "2", _READ, takes_json=False),
    "conversations.info": Method(conversations.info, "3", _READ, takes_json=False),
    "conversations.members": Method(conversations.members, "4", _READ, takes_json=False),
    "conversations.join": Method(conversations.join, "3", ("channels:join",)),
    "conversations.open": Method(conversations.open_direct, "3", ("im:write", "mpim:write")),
    "conversations.create": Method(conversations.create, "2", _MANAGE),
    "conversations.invite": Method(conversations.invite, "3", _INVITE),
    "conversations.setTopic": Method(conversations.set_topic, "2", _TOPIC),
    "conversations.history": Method(history.history, "3", _HISTORY),
    "conversations.replies": Method(history.replies, "3", _HISTORY),
    "conversations.setPurpose": Method(channel_care.set_purpose, "2", _TOPIC),
    "conversations.leave": Method(channel_care.leave, "3", _MANAGE),
    "conversations.archive": Method(channel_care.archive, "2", _MANAGE),
    "conversations.rename": Method(channel_care.rename, "2", _MANAGE),
    "conversations.kick": Method(channel_care.kick, "3", _MANAGE),
    "conversations.mark": Method(channel_care.mark, "3", _MANAGE),
    "users.conversations": Method(channel_care.of_user, "3", _READ, takes_json=False),
    "users.profile.get": Method(directory.profile, "4", ("users.profile:read",), takes_json=False),
    "users.getPresence": Method(directory.presence, "3", ("users:read",), takes_json=False),
    "emoji.list": Method(directory.custom_emoji, "2", ("emoji:read",), takes_json=False),
    "users.list": Method(directory.list_users, "2", ("users:read",), takes_json=False),
    "users.info": Method(directory.user_info, "4", ("users:read",), takes_json=False),
    "users.lookupByEmail": Method(directory.lookup_by_email, "3", ("users:read.email",), takes_json=False),
    "usergroups.list": Method(directory.list_groups, "2", ("usergroups:read",), takes_json=False),
    "usergroups.users.list": Method(directory.list_group_users, "2", ("usergroups:read",), takes_json=False),
    "views.open": Method(views.open_view, "4"),
    "views.push": Method(views.push, "4"),
    "views.update": Method(views.update, "4"),
    "views.publish": Method(views.publish, "4"),
    "files.getUploadURLExternal": Method(files.upload_url, "4", ("files:write",), takes_json=False),
    "files.completeUploadExternal": Method(files.complete_upload, "4", ("files:write",)),
    "files.info": Method(files.info, "4", ("files:read",), takes_json=False),
    "files.list": Method(files.list_files, "3", ("files:read",), takes_json=False),
    "files.delete": Method(files.delete, "3", ("files:write",)),
    "reactions.add": Method(extras.add_reaction, "3", ("reactions:write",)),
    "reactions.remove": Method(extras.remove_reaction, "2", ("reactions:write",)),
    "reactions.get": Method(extras.get_reactions, "3", ("reactions:read",), takes_json=False),
    "pins.add": Method(extras.add_pin, "2", ("pins:write",)),
    "pins.remove": Method(pins.remove_pin, "2", ("pins:write",)),
    "pins.list": Method(pins.list_pins, "2", ("pins:read",), takes_json=False),
    "bookmarks.add": Method(extras.add_bookmark, "2", ("bookmarks:write",)),
}
