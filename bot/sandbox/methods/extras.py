"""Reactions, pins and bookmarks, as far as a bot needs them."""

import secrets

from bot.sandbox.channels import Channel
from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.methods.call import Call, writable
from bot.sandbox.wire import Json


def add_reaction(call: Call) -> Json:
    channel, message = _target(call)
    name = call.arguments.required("name").strip(":")
    reactions: list[Json] = message.setdefault("reactions", [])
    found = next((each for each in reactions if each["name"] == name), None)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    if BOT_USER_ID in found["users"]:
        raise SlackRefusal("already_reacted")
    found["users"].append(BOT_USER_ID)
    found["count"] += 1
    call.workspace.message_changed(channel, message)
    return {}


def remove_reaction(call: Call) -> Json:
    channel, message = _target(call)
    name = call.arguments.required("name").strip(":")
    reactions: list[Json] = message.get("reactions", [])
    found = next((each for each in reactions if each["name"] == name and BOT_USER_ID in each["users"]), None)
    if found is None:
        raise SlackRefusal("no_reaction")
    found["users"].remove(BOT_USER_ID)
    found["count"] -= 1
    message["reactions"] = [each for each in reactions if each["count"]]
    call.workspace.message_changed(channel, message)
    return {}


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


def _target(call: Call) -> tuple[Channel, Json]:
    channel = writable(call, "channel")
    message = channel.messages.get(call.arguments.required("timestamp"))
    if message is None:
        raise SlackRefusal("message_not_found")
    return channel, message
