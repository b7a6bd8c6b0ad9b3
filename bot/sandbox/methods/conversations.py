"""Channels: listing, joining, making."""

import re
import secrets
from collections.abc import Iterable

from bot.sandbox.channels import Channel, ChannelKind
from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.feed import joined
from bot.sandbox.methods.call import Call
from bot.sandbox.people import User
from bot.sandbox.wire import Json

KINDS = {
    "public_channel": ChannelKind.PUBLIC,
    "private_channel": ChannelKind.PRIVATE,
    "im": ChannelKind.DIRECT,
    "mpim": ChannelKind.GROUP_DIRECT,
}
#: What grants changing a conversation of this kind.
MANAGING = {
    ChannelKind.PUBLIC: ("channels:manage",),
    ChannelKind.PRIVATE: ("groups:write",),
    ChannelKind.DIRECT: ("im:write",),
    ChannelKind.GROUP_DIRECT: ("mpim:write",),
}
#: People in a group conversation, besides the bot.
_GROUP_AT_MOST = 8
_NAME_LIMIT = 80
TOPIC_LIMIT = 250
_VALID_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def list_channels(call: Call) -> Json:
    return listed(call, call.workspace.channels.values())


def listed(call: Call, channels: Iterable[Channel]) -> Json:
    """A page of those of the channels that were asked for and that the bot may know of."""
    types = call.arguments.words("types") or ["public_channel"]
    if not set(types) <= set(KINDS):
        raise SlackRefusal("invalid_types")
    kinds = {KINDS[word] for word in types}
    for kind in kinds:
        call.require_scope(f"{kind.value}:read")
    hide_archived = call.arguments.flag("exclude_archived")
    visible = [
        channel.to_slack()
        for channel in channels
        if channel.kind in kinds
        and (channel.kind is ChannelKind.PUBLIC or channel.has_bot)
        and not (hide_archived and channel.is_archived)
    ]
    page, metadata = call.page(visible)
    return {"channels": page, "response_metadata": metadata}


def info(call: Call) -> Json:
    channel = call.channel()
    call.require_scope(f"{channel.kind.value}:read")
    shape = channel.to_slack()
    if not call.arguments.flag("include_num_members"):
        shape.pop("num_members", None)
    return {"channel": shape}


def members(call: Call) -> Json:
    channel = call.channel()
    call.require_scope(f"{channel.kind.value}:read")
    page, metadata = call.page(channel.members)
    return {"members": page, "response_metadata": metadata}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind is not ChannelKind.PUBLIC:
        raise SlackRefusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if channel.has_bot:
        return {"channel": channel.to_slack(), "warning": "already_in_channel"}
    channel.members.append(BOT_USER_ID)
    call.workspace.channel_changed(channel)
    call.workspace.announce(joined(channel, BOT_USER_ID, call.workspace.new_ts()))
    return {"channel": channel.to_slack()}


def open_direct(call: Call) -> Json:
    if call.arguments.has("channel"):
        return {"channel": {"id": call.channel().id}, "no_op": True, "already_open": True}
    wanted = set(call.arguments.words("users"))
    if not wanted:
        raise SlackRefusal("users_list_not_supplied")
    if len(wanted) > _GROUP_AT_MOST:
        raise SlackRefusal("too_many_users")
    people = [_conversable(call, user_id) for user_id in sorted(wanted)]
    call.require_scope("im:write" if len(people) == 1 else "mpim:write")
    single = len(people) == 1
    channel = call.workspace.direct_channel(people[0]) if single else call.workspace.group_channel(people)
    return {"channel": channel.to_slack() if call.arguments.flag("return_im") else {"id": channel.id}}


def _conversable(call: Call, user_id: str) -> User:
    user = call.workspace.users.get(user_id)
    if user is None:
        raise SlackRefusal("user_not_found")
    if user.is_bot:
        raise SlackRefusal("cannot_dm_bot")
    if user.deleted:
        raise SlackRefusal("user_disabled")
    return user


def create(call: Call) -> Json:
    name = call.arguments.text("name")
    require_free_name(call, name)
    kind = ChannelKind.PRIVATE if call.arguments.flag("is_private") else ChannelKind.PUBLIC
    call.require_scope(*MANAGING[kind])
    created = int(call.sandbox.clock.now())
    channel_id = "C" + secrets.token_hex(5).upper()
    channel = Channel(channel_id, name, kind, created=created, members=[BOT_USER_ID])
    call.workspace.add_channel(channel)
    return {"channel": channel.to_slack()}


def require_free_name(call: Call, name: str) -> None:
    if not name:
        raise SlackRefusal("invalid_name_required")
    if len(name) > _NAME_LIMIT:
        raise SlackRefusal("invalid_name_maxlength")
    if not _VALID_NAME.fullmatch(name):
        raise SlackRefusal("invalid_name_specials")
    if any(channel.name == name and not channel.user for channel in call.workspace.channels.values()):
        raise SlackRefusal("name_taken")


def invite(call: Call) -> Json:
    channel = call.channel()
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    wanted = call.arguments.words("users")
    if not wanted:
        raise SlackRefusal("no_user")
    call.require_scope(*MANAGING[channel.kind], f"{channel.kind.value}:write.invites")
    for user_id in wanted:
        _refuse_invitation(call, channel, user_id)
    channel.members.extend(wanted)
    call.workspace.channel_changed(channel)
    for user_id in wanted:
        call.workspace.announce(joined(channel, user_id, call.workspace.new_ts(), inviter=BOT_USER_ID))
    return {"channel": channel.to_slack()}


def _refuse_invitation(call: Call, channel: Channel, user_id: str) -> None:
    user = call.workspace.users.get(user_id)
    if user is None:
        raise SlackRefusal("user_not_found")
    if user_id == BOT_USER_ID:
        raise SlackRefusal("cant_invite_self")
    if user.deleted:
        raise SlackRefusal("cant_invite")
    if user_id in channel.members:
        raise SlackRefusal("already_in_channel")


def set_topic(call: Call) -> Json:
    channel = call.channel()
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    if not call.arguments.has("topic"):
        raise invalid_arguments("missing required field: topic")
    call.require_scope(*MANAGING[channel.kind], f"{channel.kind.value}:write.topic")
    topic = call.arguments.text("topic")
    if len(topic) > TOPIC_LIMIT:
        raise SlackRefusal("too_long")
    channel.topic = topic
    call.workspace.channel_changed(channel)
    return {"channel": channel.to_slack()}
