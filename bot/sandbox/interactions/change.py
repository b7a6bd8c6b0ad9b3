"""A person reacts to a message, edits or deletes one of theirs, or brings somebody into a channel."""

from bot.sandbox import reactions
from bot.sandbox.channels import Channel
from bot.sandbox.constants import BOT_NAME, BOT_USER_ID
from bot.sandbox.core import Sandbox
from bot.sandbox.errors import ControlRefusal, not_there
from bot.sandbox.feed import joined
from bot.sandbox.interactions.actor import actor, place, required, writable_place
from bot.sandbox.interactions.talk import as_sent
from bot.sandbox.messages import is_tombstone
from bot.sandbox.people import User
from bot.sandbox.wire import Json

_DONE: Json = {"ok": True}


async def react(sandbox: Sandbox, body: Json, _settle_seconds: float) -> Json:
    """`name` of an emoji; `remove` takes the reaction back."""
    user = actor(sandbox, body)
    channel, message = _message(sandbox, body, user)
    change = reactions.take_back if body.get("remove") else reactions.react
    change(sandbox.workspace, channel, message, user.id, str(required(body, "name")).strip(":"))
    return _DONE


async def edit(sandbox: Sandbox, body: Json, _settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    channel, message = _own_message(sandbox, body, user)
    text = as_sent(sandbox.workspace, str(required(body, "text")))
    sandbox.workspace.edit_message(channel, message, {"text": text})
    return _DONE


async def delete(sandbox: Sandbox, body: Json, _settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    channel, message = _own_message(sandbox, body, user)
    sandbox.workspace.delete_message(channel, message["ts"])
    return _DONE


async def invite(sandbox: Sandbox, body: Json, _settle_seconds: float) -> Json:
    """`whom`: a person, or the bot, which hears that it joined."""
    user = actor(sandbox, body)
    channel = writable_place(sandbox, body, user)
    whom = sandbox.workspace.user(required(body, "whom"))
    if whom.deleted:
        raise ControlRefusal(f"{whom.name} is deactivated.")
    if whom.id in channel.members:
        raise ControlRefusal(f"{whom.name} is already in #{channel.name}.")
    channel.members.append(whom.id)
    sandbox.workspace.channel_changed(channel)
    sandbox.workspace.announce(joined(channel, whom.id, sandbox.workspace.new_ts(), inviter=user.id))
    return _DONE


def _message(sandbox: Sandbox, body: Json, user: User) -> tuple[Channel, Json]:
    channel = place(sandbox, body, user)
    if channel.is_archived:
        raise ControlRefusal(f"#{channel.name} is archived; nobody can change anything there.")
    ts = str(required(body, "ts"))
    message = channel.messages.get(ts)
    if message is None or is_tombstone(message):
        raise not_there(f"message in #{channel.name} with ts", ts, list(channel.messages)[-10:])
    return channel, message


def _own_message(sandbox: Sandbox, body: Json, user: User) -> tuple[Channel, Json]:
    channel, message = _message(sandbox, body, user)
    if message["user"] != user.id:
        author = BOT_NAME if message["user"] == BOT_USER_ID else message["user"]
        raise ControlRefusal(f"The message {message['ts']} is {author}'s; {user.name} cannot change it.")
    return channel, message
