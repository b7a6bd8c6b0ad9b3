"""Pins: what is pinned in a channel, and taking one off."""

from bot.sandbox.errors import SlackRefusal
from bot.sandbox.methods.call import Call
from bot.sandbox.wire import Json


def list_pins(call: Call) -> Json:
    channel = call.channel()
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    pinned = [channel.messages[ts] for ts in channel.pins if ts in channel.messages]
    return {"items": [{"type": "message", "channel": channel.id, "message": message} for message in pinned]}


def remove_pin(call: Call) -> Json:
    channel = call.channel()
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    ts = call.arguments.required("timestamp")
    if ts not in channel.pins:
        raise SlackRefusal("no_pin")
    channel.pins.remove(ts)
    call.workspace.channel_changed(channel)
    return {}
