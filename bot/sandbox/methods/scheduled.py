"""Messages for later: kept with the workspace, posted when its clock gets there."""

import secrets

from bot.sandbox.content import read_content, require_content
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.chat import place_of_post, thread_of
from bot.sandbox.wire import Json

_LATEST_SECONDS = 120 * 24 * 3600.0
#: Slack takes at most so many for one channel within five minutes.
_MANY = 30
_MANY_SECONDS = 300.0
#: Closer than this a scheduled message can no longer be taken back.
_TOO_LATE_SECONDS = 60.0


def schedule(call: Call) -> Json:
    channel = place_of_post(call)
    content = read_content(call.arguments)
    require_content(content)
    post_at = _time(call)
    near = [each for each in _all(call, channel.id) if abs(each["post_at"] - post_at) < _MANY_SECONDS]
    if len(near) >= _MANY:
        raise SlackRefusal("restricted_too_many")
    scheduled_id = "Q" + secrets.token_hex(5).upper()
    kept = {"id": scheduled_id, "channel": channel.id, "post_at": post_at, "content": content}
    kept["thread_ts"] = thread_of(call, channel)
    call.workspace.put_scheduled(kept)
    call.sandbox.scheduled.wait_for(kept)
    message = {"type": "delayed_message", "text": content["text"]}
    return {"channel": channel.id, "scheduled_message_id": scheduled_id, "post_at": post_at, "message": message}


def _time(call: Call) -> int:
    post_at = call.arguments.number("post_at", 0)
    if not post_at:
        raise invalid_arguments("missing required field: post_at")
    now = call.sandbox.clock.now()
    if post_at <= now:
        raise SlackRefusal("time_in_past")
    if post_at > now + _LATEST_SECONDS:
        raise SlackRefusal("time_too_far")
    return post_at


def list_scheduled(call: Call) -> Json:
    wanted = call.arguments.text("channel")
    shown = [
        {"id": each["id"], "channel_id": each["channel"], "post_at": each["post_at"], "text": each["content"]["text"]}
        for each in sorted(_all(call, wanted), key=lambda each: int(each["post_at"]))
    ]
    page, metadata = call.page(shown)
    return {"scheduled_messages": page, "response_metadata": metadata}


def delete_scheduled(call: Call) -> Json:
    channel = call.channel()
    kept = call.workspace.scheduled.get(call.arguments.required("scheduled_message_id"))
    soon = kept is not None and kept["post_at"] < call.sandbox.clock.now() + _TOO_LATE_SECONDS
    if kept is None or kept["channel"] != channel.id or soon:
        raise SlackRefusal("invalid_scheduled_message_id")
    call.workspace.drop_scheduled(kept["id"])
    return {}


def _all(call: Call, channel_id: str) -> list[Json]:
    return [each for each in call.workspace.scheduled.values() if channel_id in ("", each["channel"])]
