"""Messages: post, change, delete, show privately, link to."""

from bot.sandbox.channels import Channel
from bot.sandbox.constants import BOT_ID, UPDATE_TEXT_LIMIT
from bot.sandbox.content import invalid_blocks, read_content, require_content
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.messages import bot_message, ephemeral_message, is_tombstone
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.files import require_files
from bot.sandbox.wire import Json
from bot.slack.blocks import check_blocks


def post_message(call: Call) -> Json:
    arguments = call.arguments
    channel = place_of_post(call)
    content = read_content(arguments)
    require_files(call, content)
    require_content(content)
    thread_ts = thread_of(call, channel)
    broadcast = arguments.flag("reply_broadcast")
    content |= _disguise(call)
    message = bot_message(call.workspace.new_ts(), content, thread_ts=thread_ts, broadcast=broadcast)
    if not call.sandbox.faults.swallows_post():
        call.workspace.post(channel, message)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def _disguise(call: Call) -> Json:
    """Another name and picture, for who may; Slack passes them over for all others."""
    name = call.arguments.text("username")
    emoji, url = call.arguments.text("icon_emoji"), call.arguments.text("icon_url")
    if not call.sandbox.manifest.names("chat:write.customize") or not (name or emoji or url):
        return {}
    icons = {"emoji": emoji} if emoji else {"image_48": url} if url else {}
    return {"subtype": "bot_message"} | ({"username": name} if name else {}) | ({"icons": icons} if icons else {})


def place_of_post(call: Call) -> Channel:
    """By id, name, #name, or a person's id, which opens the conversation. May refuse for the rate in that channel."""
    reference = call.arguments.required("channel")
    user = call.workspace.users.get(reference)
    if user is not None:
        if user.deleted or user.is_bot:
            raise SlackRefusal("channel_not_found")
        channel = call.workspace.direct_channel(user)
    else:
        channel = call.channel(by_name=True)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if not channel.has_bot and not call.sandbox.manifest.names("chat:write.public"):
        raise SlackRefusal("not_in_channel")
    return channel


def thread_of(call: Call, channel: Channel) -> str:
    thread_ts = call.arguments.text("thread_ts")
    if thread_ts and thread_ts not in channel.messages:
        raise SlackRefusal("thread_not_found")
    # A reply to a reply joins the thread of the reply's parent.
    return str(channel.messages[thread_ts].get("thread_ts", thread_ts)) if thread_ts else ""


def update(call: Call) -> Json:
    channel = call.channel()
    message = _own_message(call, channel, "cant_update_message")
    content = read_content(call.arguments, text_limit=UPDATE_TEXT_LIMIT)
    require_files(call, content)
    if not content:
        raise SlackRefusal("no_text")
    require_content({**message, **content})
    call.workspace.edit_message(channel, message, content)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


def _own_message(call: Call, channel: Channel, refusal: str) -> Json:
    if channel.is_archived:
        raise SlackRefusal("is_inactive")
    message = channel.messages.get(call.arguments.required("ts"))
    if message is None or is_tombstone(message) or not channel.has_bot:
        raise SlackRefusal("message_not_found")
    if message.get("bot_id") != BOT_ID:
        raise SlackRefusal(refusal)
    return message


def delete(call: Call) -> Json:
    channel = call.channel()
    message = _own_message(call, channel, "cant_delete_message")
    call.workspace.delete_message(channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def me_message(call: Call) -> Json:
    """/me of a bot: italics, nothing but text."""
    channel = place_of_post(call)
    content = {"text": call.arguments.text("text"), "subtype": "me_message"}
    require_content(content)
    message = bot_message(call.workspace.new_ts(), content)
    call.workspace.post(channel, message)
    return {"channel": channel.id, "ts": message["ts"]}


def post_ephemeral(call: Call) -> Json:
    channel = call.channel(by_name=True)
    user = call.person()
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if not channel.has_bot:
        raise SlackRefusal("not_in_channel")
    if user.id not in channel.members or user.deleted:
        raise SlackRefusal("user_not_in_channel")
    content = read_content(call.arguments)
    require_files(call, content)
    require_content(content)
    thread_ts = thread_of(call, channel)
    message = ephemeral_message(call.workspace.new_ts(), content, thread_ts=thread_ts)
    call.workspace.show_ephemeral(channel, user.id, message)
    return {"message_ts": message["ts"]}


def permalink(call: Call) -> Json:
    channel = call.channel()
    ts = call.arguments.required("message_ts")
    message = channel.messages.get(ts)
    if message is None:
        raise SlackRefusal("message_not_found")
    link = f"{call.sandbox.url}/archives/{channel.id}/p{ts.replace('.', '')}"
    thread_ts = message.get("thread_ts", ts)
    if thread_ts != ts:
        link += f"?thread_ts={thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def validate_blocks(call: Call) -> Json:
    """The checker's findings with their pointers."""
    blocks = call.arguments.parsed("blocks", "invalid_blocks_format")
    if blocks is None:
        raise invalid_arguments("missing required field: blocks")
    if errors := check_blocks(blocks, "message"):
        refusal = invalid_blocks(errors)
        found = [{"code": each.code, "message": each.message, "pointer": each.pointer} for each in errors]
        raise SlackRefusal("invalid_blocks", fields={**refusal.fields, "errors": found})
    return {}
