"""Messages as Slack stores them: the bot's, a person's, and private ones."""

import secrets

from bot.sandbox.constants import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_ID
from bot.sandbox.wire import Json


def bot_message(ts: str, content: Json, *, thread_ts: str = "", broadcast: bool = False) -> Json:
    message = {
        "type": "message",
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "bot_profile": {"id": BOT_ID, "app_id": APP_ID, "name": BOT_NAME, "team_id": TEAM_ID, "deleted": False},
        "text": "",
        "ts": ts,
        **content,
    }
    if not message.get("metadata", True):
        del message["metadata"]
    if thread_ts:
        message["thread_ts"] = thread_ts
    if broadcast and thread_ts:
        message["subtype"] = "thread_broadcast"
    return message


def ephemeral_message(ts: str, content: Json, *, thread_ts: str = "") -> Json:
    message = bot_message(ts, content, thread_ts=thread_ts)
    message.pop("metadata", None)
    return message | {"is_ephemeral": True}


def person_message(ts: str, user_id: str, text: str, *, thread_ts: str = "") -> Json:
    message = {
        "type": "message",
        "user": user_id,
        "team": TEAM_ID,
        "client_msg_id": secrets.token_hex(16),
        "text": text,
        "ts": ts,
    }
    return message | ({"thread_ts": thread_ts} if thread_ts else {})


def edit(message: Json, content: Json, edited_ts: str) -> None:
    """Lay new content over a message. What is not given stays; an empty list of blocks or empty metadata takes away."""
    message |= content
    for removable in ("blocks", "attachments", "metadata"):
        if removable in content and not content[removable]:
            del message[removable]
    message["edited"] = {"user": BOT_USER_ID, "ts": edited_ts}
