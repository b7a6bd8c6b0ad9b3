"""Channels: leaving, archiving, naming, putting out."""

from bot.sandbox.channels import Channel, ChannelKind
from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.feed import archived, put_out
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.conversations import MANAGING, TOPIC_LIMIT, listed, require_free_name
from bot.sandbox.wire import Json


def leave(call: Call) -> Json:
    channel = _managed(call)
    if channel.name == "general":
        raise SlackRefusal("cant_leave_general")
    if not channel.has_bot:
        return {"not_in_channel": True}
    channel.members.remove(BOT_USER_ID)
    call.workspace.channel_changed(channel)
    call.workspace.announce(put_out(channel, BOT_USER_ID, call.workspace.new_ts()))
    return {}


def archive(call: Call) -> Json:
    channel = _managed(call)
    if channel.name == "general":
        raise SlackRefusal("cant_archive_general")
    if channel.is_archived:
        raise SlackRefusal("already_archived")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    channel.is_archived = True
    call.workspace.channel_changed(channel)
    call.workspace.announce(archived(channel, BOT_USER_ID, call.workspace.new_ts()))
    return {}


def rename(call: Call) -> Json:
    """A bot may rename only what it made itself."""
    channel = _managed(call)
    if channel.creator != BOT_USER_ID:
        raise SlackRefusal("not_authorized")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    name = call.arguments.text("name")
    require_free_name(call, name)
    channel.name = name
    call.workspace.channel_changed(channel)
    return {"channel": channel.to_slack()}


def set_purpose(call: Call) -> Json:
    channel = _managed(call)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    if not call.arguments.has("purpose"):
        raise invalid_arguments("missing required field: purpose")
    purpose = call.arguments.text("purpose")
    if len(purpose) > TOPIC_LIMIT:
        raise SlackRefusal("too_long")
    channel.purpose = purpose
    call.workspace.channel_changed(channel)
    return {"channel": channel.to_slack()}


def kick(call: Call) -> Json:
    channel = _managed(call)
    user = call.person()
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    if user.id == BOT_USER_ID:
        raise SlackRefusal("cant_kick_self")
    if channel.name == "general":
        raise SlackRefusal("cant_kick_from_general")
    if user.id not in channel.members:
        raise SlackRefusal("not_in_channel")
    channel.members.remove(user.id)
    call.workspace.channel_changed(channel)
    return {"errors": {}}


def mark(call: Call) -> Json:
    """What the bot has read is kept nowhere; the place must exist."""
    channel = call.channel()
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    if call.arguments.required("ts") not in channel.messages:
        raise SlackRefusal("invalid_timestamp")
    return {}


def of_user(call: Call) -> Json:
    """users.conversations: where the bot, or the person named, is a member."""
    user_id = call.arguments.text("user") or BOT_USER_ID
    if user_id not in call.workspace.users:
        raise SlackRefusal("user_not_found")
    return listed(call, [each for each in call.workspace.channels.values() if user_id in each.members])


def _managed(call: Call) -> Channel:
    channel = call.channel()
    if channel.kind in (ChannelKind.DIRECT, ChannelKind.GROUP_DIRECT):
        raise SlackRefusal("method_not_supported_for_channel_type")
    call.require_scope(*MANAGING[channel.kind])
    return channel
