"""Messages as Slack stores them: the bot's, a person's, and private ones."""

import secrets

from bot.sandbox.constants import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_ID
from bot.sandbox.wire import Json

_REMOVABLE = ("blocks", "attachments", "metadata")


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


def edit(message: Json, content: Json, edited_ts: str, *, replace: bool = False) -> None:
    """Lay new content over a message. What is not given stays; an empty list of blocks or empty metadata takes away.

    `replace` is response_url's way: of the old content nothing stays.
    """
    if replace:
        for name in ("text", *_REMOVABLE):
            message.pop(name, None)
    message |= content
    for name in _REMOVABLE:
        if name in content and not content[name]:
            del message[name]
    message["edited"] = {"user": message["user"], "ts": edited_ts}


def is_tombstone(message: Json) -> bool:
    return bool(message.get("subtype") == "tombstone")


def bury(message: Json) -> None:
    """Turn the parent of a thread into the tombstone that Slack leaves of it."""
    kept = ("type", "ts", "team", "thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply")
    of_thread = {name: message[name] for name in kept if name in message}
    message.clear()
    message |= of_thread
    message |= {"user": "USLACKBOT", "subtype": "tombstone", "hidden": True, "text": "This message was deleted."}
