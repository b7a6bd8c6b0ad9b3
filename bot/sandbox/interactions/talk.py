"""A person writes a message, or opens the bot's home."""

import asyncio
import re

from bot.sandbox.channels import Channel, ChannelKind
from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import Ack
from bot.sandbox.errors import ControlRefusal, not_there
from bot.sandbox.feed import posted
from bot.sandbox.interactions.actor import actor, required, writable_place
from bot.sandbox.interactions.outcome import watching
from bot.sandbox.messages import person_message
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

_ENTITY = re.compile(r"(<(?:[@#!]|https?://|mailto:)[^<>]*>)")


async def write(sandbox: Sandbox, body: Json, settle_seconds: float) -> Json:
    """Store the message, then tell the app by the events it subscribed to."""
    user = actor(sandbox, body)
    channel = writable_place(sandbox, body, user)
    text = str(required(body, "text"))
    if channel.kind is ChannelKind.DIRECT and not sandbox.manifest.messages_enabled:
        raise ControlRefusal("Sending messages to this app has been turned off (features.app_home in its manifest).")
    if text.startswith("/"):
        raise ControlRefusal(f"{text.split(maxsplit=1)[0]} is a command; use /sandbox/api/command.")
    thread_ts = _thread(channel, str(body.get("thread_ts") or ""))
    message = person_message(sandbox.workspace.new_ts(), user.id, as_sent(sandbox.workspace, text), thread_ts=thread_ts)
    sandbox.workspace.put(channel, message)
    with watching(sandbox, user, settle_seconds) as watch:
        acks = await asyncio.gather(*(sandbox.events.emit(event, name) for event, name in posted(channel, message)))
        heard = [ack for ack in acks if ack is not None]
        if heard:
            await watch.settle()
        slowest = max(heard, key=lambda ack: (not ack.acknowledged, ack.ms), default=Ack(0.0))
        return watch.outcome(slowest, ts=message["ts"], channel=channel.id, heard=len(heard))


def _thread(channel: Channel, thread_ts: str) -> str:
    if not thread_ts:
        return ""
    if thread_ts not in channel.messages:
        raise not_there(f"message in #{channel.name} with ts", thread_ts, list(channel.messages)[-10:])
    return str(channel.messages[thread_ts].get("thread_ts", thread_ts))


def as_sent(workspace: Workspace, text: str) -> str:
    """As Slack's client sends what was typed: `&<>` escaped, names as ids, finished entities left alone."""
    parts = _ENTITY.split(text)
    return "".join(part if _ENTITY.fullmatch(part) else _names(workspace, _escape(part)) for part in parts)


def _escape(text: str) -> str:
    # The page sends what it escaped itself.
    return re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _names(workspace: Workspace, text: str) -> str:
    def linked(match: re.Match[str]) -> str:
        sign, name = match.group(1), match.group(2)
        if sign == "#":
            channel = workspace.find_channel(name)
            return f"<#{channel.id}|{channel.name}>" if channel else match.group()
        user = workspace.find_user(name)
        if user is not None:
            return f"<@{user.id}>"
        group = next((group for group in workspace.groups.values() if group.handle == name), None)
        return f"<!subteam^{group.id}>" if group else match.group()

    return re.sub(r"(?<![\w&])([@#])([\w.-]*\w)", linked, text)


async def open_home(sandbox: Sandbox, body: Json, settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    if not sandbox.manifest.home_enabled:
        raise ControlRefusal("The manifest does not enable the home tab (features.app_home.home_tab_enabled).")
    channel = sandbox.workspace.direct_channel(user)
    home = sandbox.workspace.homes.get(user.id)
    event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": "home"}
    event |= {"event_ts": f"{sandbox.clock.now():.6f}"} | ({"view": home} if home else {})
    with watching(sandbox, user, settle_seconds) as watch:
        ack = await sandbox.events.emit(event)
        if ack is not None:
            await watch.settle()
        return watch.outcome(ack or Ack(0.0), home=sandbox.workspace.homes.get(user.id), heard=int(ack is not None))
