"""Files: uploaded in three steps, completed, and then shown by blocks once Slack has looked at them."""

import base64
import secrets

from bot.sandbox.channels import Channel
from bot.sandbox.constants import FILE_PROCESSING_SECONDS
from bot.sandbox.content import as_log, escaped
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.feed import file_shared
from bot.sandbox.messages import bot_message
from bot.sandbox.methods.call import Call, writable_channel
from bot.sandbox.shared_files import is_picture, named_files, shape
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
    """Without a channel the file stays the app's own; with one it is shown there, in a message."""
    wanted = call.arguments.parsed("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
        raise invalid_arguments("missing required field: files")
    for item in wanted:
        _uploaded(call, str(item.get("id")))
    channels = [call.workspace.channels[each] for each in _channel_ids(call)]
    thread_ts = _thread(call, channels)
    files = [_complete(call, item, channels) for item in wanted]
    for channel in channels:
        content = {"text": escaped(call.arguments.text("initial_comment")), "files": files, "upload": True}
        message = bot_message(call.workspace.new_ts(), content, thread_ts=thread_ts)
        call.workspace.post(channel, message)
        for file in files:
            call.workspace.announce(file_shared(channel, file["id"], call.workspace.new_ts()))
    return {"files": files}


def _channel_ids(call: Call) -> list[str]:
    wanted = call.arguments.words("channels") or call.arguments.words("channel_id")
    return [writable_channel(call, reference).id for reference in wanted]


def _thread(call: Call, channels: list[Channel]) -> str:
    thread_ts = call.arguments.text("thread_ts")
    if thread_ts and len(channels) > 1:
        raise invalid_arguments("thread_ts goes with one channel [json-pointer:/thread_ts]")
    if thread_ts and channels and thread_ts not in channels[0].messages:
        raise SlackRefusal("thread_not_found")
    return str(channels[0].messages[thread_ts].get("thread_ts", thread_ts)) if thread_ts and channels else ""


def _uploaded(call: Call, file_id: str) -> Json:
    record = call.workspace.files.get(file_id)
    if record is None or record["content"] is None:
        raise SlackRefusal("file_not_found")
    return record


def _complete(call: Call, item: Json, channels: list[Channel]) -> Json:
    record = _uploaded(call, str(item.get("id")))
    completed_at = record.get("completed_at") or call.sandbox.clock.now()
    shown_in = list(dict.fromkeys([*record.get("channels", ()), *(channel.id for channel in channels)]))
    title = item.get("title") or record["title"]
    record = {**record, "title": title, "shared": True, "completed_at": completed_at, "channels": shown_in}
    call.workspace.put_file(item["id"], record)
    return shape(call.sandbox.url, item["id"], record)


def info(call: Call) -> Json:
    return {"file": shape(call.sandbox.url, *_known(call)), "comments": [], "response_metadata": {"next_cursor": ""}}


def list_files(call: Call) -> Json:
    wanted = call.arguments.text("channel")
    completed = [(key, each) for key, each in call.workspace.files.items() if each.get("completed_at")]
    found = [shape(call.sandbox.url, *each) for each in completed if not wanted or wanted in each[1]["channels"]]
    return {"files": found, "paging": {"count": len(found), "total": len(found), "page": 1, "pages": 1}}


def delete(call: Call) -> Json:
    file_id, _ = _known(call)
    call.workspace.drop_file(file_id)
    return {}


def _known(call: Call) -> tuple[str, Json]:
    file_id = call.arguments.required("file")
    record = call.workspace.files.get(file_id)
    if record is None or record.get("completed_at") is None:
        raise SlackRefusal("file_not_found")
    return file_id, record


def require_files(call: Call, content: Json) -> None:
    """Images may show completed pictures only, and not at once: Slack looks at each for some seconds first."""
    for part in ("blocks", "attachments"):
        if said := invalid_files(call, content.get(part) or [], f"/{part}"):
            raise SlackRefusal("invalid_blocks", fields={"errors": said, "response_metadata": as_log(said)})


def invalid_files(call: Call, value: object, at: str) -> list[str]:
    wrong = [where for where, named in named_files(value, at) if not _may_be_shown(call, named)]
    return [f"invalid slack file [json-pointer:{where}]" for where in wrong]


def _may_be_shown(call: Call, named: Json) -> bool:
    file_id = str(named.get("id") or _id_in(str(named.get("url", "")), call.sandbox.url))
    record = call.workspace.files.get(file_id)
    completed_at = record.get("completed_at") if record else None
    if record is None or completed_at is None or not is_picture(record):
        return False
    return bool(call.sandbox.clock.now() - completed_at >= FILE_PROCESSING_SECONDS)


def _id_in(url: str, base_url: str) -> str:
    """The file that a private address of this workspace names."""
    return url.removeprefix(f"{base_url}/files/").partition("/")[0] if url.startswith(base_url) else ""
