"""A post whose answer was lost: the channel's history says whether it arrived."""

from datetime import datetime, timedelta
from typing import Any

from bot.delivery.envelopes import EVENT_TYPE
from bot.slack.channels import channel_id
from bot.slack.client import SlackClient
from bot.store.messages import MessageRow
from bot.store.threads import ThreadTarget

#: Beyond what Slack's answers tell of its clock: ours may have been set right since the post, even by a restart.
MARGIN = timedelta(seconds=30)
PAGE = 200
#: Newest first, so a post of the last minutes is on the first page of all but the busiest channels.
PAGES = 5


async def find_post(
    client: SlackClient, row: MessageRow, thread: ThreadTarget | None, known_id: str | None
) -> tuple[str, str] | None:
    """The channel's id and the ts of the post, or None when it is not there. Raises SlackError.

    Slack numbers messages by its own clock: where ours is ahead, the post stands before the moment at which we sent it.
    The search itself may be what shows how far ahead, and is then done once more.
    """
    channel = thread.channel if thread else known_id or await channel_id(client, row.channel)
    while True:
        ahead = client.ahead
        ts = await _search(client, row, channel, thread, (row.claimed_at or row.wanted_at) - ahead - MARGIN)
        if ts is not None:
            return channel, ts
        if client.ahead - ahead < MARGIN / 2:
            return None


async def _search(
    client: SlackClient, row: MessageRow, channel: str, thread: ThreadTarget | None, since: datetime
) -> str | None:
    arguments: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{since.timestamp():.6f}",
        "include_all_metadata": "true",
        "limit": PAGE,
    }
    method = "conversations.history"
    if thread:
        method, arguments = "conversations.replies", {**arguments, "ts": thread.ts}
    for _ in range(PAGES):
        page = await client.query(method, **arguments)
        for message in page.get("messages", []):
            if _is_ours(message, row.post_key):
                return str(message["ts"])
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return None
        arguments["cursor"] = cursor
    return None


def _is_ours(message: dict[str, Any], post_key: str) -> bool:
    metadata = message.get("metadata") or {}
    return metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("k") == post_key
