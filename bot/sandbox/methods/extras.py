"""Reactions, pins and bookmarks, as far as a bot needs them."""

import re
import secrets

from bot.sandbox import reactions
from bot.sandbox.channels import Channel
from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.messages import is_tombstone
from bot.sandbox.methods.call import Call, writable
from bot.sandbox.wire import Json

_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def add_reaction(call: Call) -> Json:
    channel, message = _target(call)
    reactions.react(call.workspace, channel, message, BOT_USER_ID, _emoji(call))
    return {}


def remove_reaction(call: Call) -> Json:
    channel, message = _target(call)
    reactions.take_back(call.workspace, channel, message, BOT_USER_ID, _emoji(call))
    return {}


def get_reactions(call: Call) -> Json:
    channel, message = _target(call, archived_too=True)
    return {"type": "message", "channel": channel.id, "message": message}


def _emoji(call: Call) -> str:
    name = call.arguments.text("name").strip(":")
    if not _EMOJI.fullmatch(name):
        raise SlackRefusal("invalid_name")
    return name


def add_pin(call: Call) -> Json:
    channel, message = _target(call)
    if message["ts"] in channel.pins:
        raise SlackRefusal("already_pinned")
    channel.pins.append(message["ts"])
    call.workspace.channel_changed(channel)
    return {}


def add_bookmark(call: Call) -> Json:
    channel = writable(call, "channel_id")
    title, kind = call.arguments.required("title"), call.arguments.required("type")
    if kind != "link":
        raise SlackRefusal("invalid_bookmark_type")
    link = call.arguments.required("link")
    bookmark_id = "Bk" + secrets.token_hex(5).upper()
    return {"bookmark": {"id": bookmark_id, "channel_id": channel.id, "title": title, "link": link, "type": kind}}


def _target(call: Call, *, archived_too: bool = False) -> tuple[Channel, Json]:
    channel = call.channel() if archived_too else writable(call, "channel")
    message = channel.messages.get(call.arguments.required("timestamp"))
    if message is None or is_tombstone(message):
        raise SlackRefusal("message_not_found")
    return channel, message
