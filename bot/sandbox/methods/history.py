"""Reading a channel and a thread back."""

from bot.sandbox.channels import Channel, ChannelKind
from bot.sandbox.constants import HISTORY_LIMIT
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.methods.call import Call, decode_cursor, encode_cursor, timestamp
from bot.sandbox.wire import Json


def history(call: Call) -> Json:
    """Newest first. Thread replies are absent unless broadcast; an archived channel can still be read."""
    channel = _readable(call)
    limit = call.limit(100, HISTORY_LIMIT)
    oldest, latest = timestamp(call, "oldest"), timestamp(call, "latest")
    inclusive = call.arguments.flag("inclusive")
    ordered = channel.between(channel.timeline, oldest, latest, inclusive=inclusive)
    if call.arguments.text("cursor"):
        next_ts = decode_cursor(call.arguments.text("cursor"), "next_ts:")
        ordered = channel.between(ordered, "", next_ts, inclusive=True)
    page = ordered[-limit:][::-1]
    more = len(ordered) > limit
    cursor = encode_cursor(f"next_ts:{ordered[-limit - 1]}") if more else ""
    return _answer(call, channel, page, more=more, cursor=cursor) | {"pin_count": len(channel.pins)}


def replies(call: Call) -> Json:
    """The parent, then its replies, oldest first."""
    channel = _readable(call)
    ts = call.arguments.required("ts")
    if ts not in channel.messages:
        raise SlackRefusal("thread_not_found")
    parent_ts = str(channel.messages[ts].get("thread_ts", ts))
    limit = call.limit(1000 - 1, HISTORY_LIMIT)
    inclusive = call.arguments.flag("inclusive")
    oldest, latest = timestamp(call, "oldest"), timestamp(call, "latest")
    below = channel.between(channel.threads.get(parent_ts, []), oldest, latest, inclusive=inclusive)
    if call.arguments.text("cursor"):
        next_ts = decode_cursor(call.arguments.text("cursor"), "next_ts:")
        below = channel.between(below, next_ts, "", inclusive=True)
    more = len(below) > limit
    cursor = encode_cursor(f"next_ts:{below[limit]}") if more else ""
    parent = [parent_ts] if parent_ts in channel.messages else []
    return _answer(call, channel, parent + below[:limit], more=more, cursor=cursor)


def _readable(call: Call) -> Channel:
    if call.sandbox.faults.unreadable_history:
        raise SlackRefusal("internal_error")
    channel = call.channel()
    call.require_scope(f"{channel.kind.value}:history")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel" if channel.kind is ChannelKind.PUBLIC else "channel_not_found")
    return channel


def _answer(call: Call, channel: Channel, page: list[str], *, more: bool, cursor: str) -> Json:
    complete = call.arguments.flag("include_all_metadata")
    messages = [_shown(channel.messages[ts], complete=complete) for ts in page]
    answer: Json = {"messages": messages, "has_more": more}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _shown(message: Json, *, complete: bool) -> Json:
    if complete or "metadata" not in message:
        return message
    return message | {"metadata": {"event_type": message["metadata"]["event_type"]}}
