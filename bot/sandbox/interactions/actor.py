"""Who may act where: a person who left or a channel one is not in cannot be used, as in Slack."""

from bot.sandbox.channels import Channel
from bot.sandbox.core import Sandbox
from bot.sandbox.errors import ControlRefusal
from bot.sandbox.people import User
from bot.sandbox.wire import Json


def actor(sandbox: Sandbox, body: Json) -> User:
    user = sandbox.workspace.user(required(body, "user"))
    if user.deleted:
        raise ControlRefusal(f"{user.name} is deactivated and cannot act.")
    if user.is_bot:
        raise ControlRefusal(f"{user.name} is the bot itself; name a person.")
    return user


def place(sandbox: Sandbox, body: Json, user: User) -> Channel:
    channel = sandbox.workspace.channel(required(body, "channel"), user)
    if user.id not in channel.members:
        raise ControlRefusal(f"{user.name} is not in #{channel.name} and cannot act there.")
    return channel


def writable_place(sandbox: Sandbox, body: Json, user: User) -> Channel:
    channel = place(sandbox, body, user)
    if channel.is_archived:
        raise ControlRefusal(f"#{channel.name} is archived; nobody can write there.")
    return channel


def required(body: Json, name: str) -> object:
    value = body.get(name)
    if value is None or value == "":
        raise ControlRefusal(f"The field {name!r} is missing.")
    return value
