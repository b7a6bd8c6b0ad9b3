"""Files: uploaded in three steps, completed, and then shown by blocks once Slack has looked at them."""

import base64
import secrets
from typing import Any

from bot.sandbox.constants import BOT_USER_ID, FILE_PROCESSING_SECONDS
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.messages import bot_message
from bot.sandbox.methods.call import Call, writable
from bot.sandbox.wire import Json


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
    channel = writable(call, "channel_id") if call.arguments.has("channel_id") else None
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
    completed_at = record.get("completed_at") or call.sandbox.clock.now()
    record = {**record, "title": item.get("title") or record["title"], "shared": True, "completed_at": completed_at}
    call.workspace.put_file(item["id"], record)
    url = f"{call.sandbox.url}/files/{item['id']}/{record['name']}"
    shown = {"id": item["id"], "name": record["name"], "title": record["title"], "size": record["length"]}
    return shown | {"url_private": url, "permalink": url, "user": BOT_USER_ID}


def require_files(call: Call, content: Json) -> None:
    """Images may show completed files only, and not at once: Slack looks at each for some seconds first."""
    for number, block in enumerate(content.get("blocks") or []):
        for where, image in _images(block, f"/blocks/{number}"):
            record = call.workspace.files.get(str(image["slack_file"].get("id")))
            if record is None or not _is_ready(call, record):
                raise _invalid_file(f"invalid slack file [json-pointer:{where}/slack_file]")


def _images(block: Json, at: str) -> list[tuple[str, Json]]:
    inner = [(at, block), (f"{at}/accessory", block.get("accessory"))]
    inner += [(f"{at}/elements/{n}", each) for n, each in enumerate(_list(block.get("elements")))]
    return [
        (where, each) for where, each in inner if isinstance(each, dict) and isinstance(each.get("slack_file"), dict)
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_ready(call: Call, record: Json) -> bool:
    completed_at = record.get("completed_at")
    return completed_at is not None and call.sandbox.clock.now() - completed_at >= FILE_PROCESSING_SECONDS


def _invalid_file(said: str) -> SlackRefusal:
    metadata = {"messages": [f"[ERROR] {said}"]}
    return SlackRefusal("invalid_blocks", fields={"errors": [said], "response_metadata": metadata})
