"""Files, reactions, pins and bookmarks, as far as a bot needs them."""

import base64
import re
import secrets

from bot.sandbox import reactions
from bot.sandbox.channels import Channel
from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.messages import bot_message, is_tombstone
from bot.sandbox.methods.call import Call
from bot.sandbox.wire import Json

_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def upload_url(call: Call) -> Json:
    filename = call.arguments.required("filename")
    length = call.arguments.number("length", 0)
    if length <= 0:
        raise invalid_arguments("missing required field: length")
    file_id = "F" + secrets.token_hex(5).upper()
    record = {"name": filename, "length": length, "title": filename, "content": None, "shared": False}
    call.workspace.put_file(file_id, record)
    return {"upload_url": f"{call.sandbox.url}/upload/{file_id}", "file_id": file_id}


def take_upload(call_files: dict[str, Json], file_id: str, body: bytes) -> Json:
    """The record with its content; raises when the URL is not one of ours or the length is another than announced."""
    record = call_files.get(file_id)
    if record is None or record["content"] is not None:
        raise SlackRefusal("file_not_found", status=404)
    if len(body) != record["length"]:
        raise SlackRefusal("file_update_failed", status=400)
    return {**record, "content": base64.b64encode(body).decode()}


def complete_upload(call: Call) -> Json:
    wanted = call.arguments.parsed("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
        raise invalid_arguments("missing required field: files")
    channel = _writable(call, "channel_id") if call.arguments.has("channel_id") else None
    files = [_complete(call, item) for item in wanted]
    if channel is not None:
        content = {"text": call.arguments.text("initial_comment"), "files": files, "upload": True}
        thread_ts = call.arguments.text("thread_ts")
        message = bot_message(call.workspace.new_ts(), content, thread_ts=thread_ts)
        call.workspace.post(channel, message)
    return {"files": files}


def _complete(call: Call, item: Json) -> Json:
    record = call.workspace.files.get(str(item.get("id")))
    if record is None or record["content"] is None:
        raise SlackRefusal("file_not_found")
    record = {**record, "title": item.get("title") or record["title"], "shared": True}
    call.workspace.put_file(item["id"], record)
    url = f"{call.sandbox.url}/files/{item['id']}/{record['name']}"
    shown = {"id": item["id"], "name": record["name"], "title": record["title"], "size": record["length"]}
    return shown | {"url_private": url, "permalink": url, "user": BOT_USER_ID}


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
    channel = _writable(call, "channel_id")
    title, kind = call.arguments.required("title"), call.arguments.required("type")
    if kind != "link":
        raise SlackRefusal("invalid_bookmark_type")
    link = call.arguments.required("link")
    bookmark_id = "Bk" + secrets.token_hex(5).upper()
    return {"bookmark": {"id": bookmark_id, "channel_id": channel.id, "title": title, "link": link, "type": kind}}


def _target(call: Call, *, archived_too: bool = False) -> tuple[Channel, Json]:
    channel = call.channel() if archived_too else _writable(call, "channel")
    message = channel.messages.get(call.arguments.required("timestamp"))
    if message is None or is_tombstone(message):
        raise SlackRefusal("message_not_found")
    return channel, message


def _writable(call: Call, name: str) -> Channel:
    channel = call.channel(name)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    return channel
