"""Slack's id of a channel or of a person's DM; history and edits take nothing else."""

from typing import NamedTuple

from bot.slack.client import SlackClient
from bot.slack.errors import Outcome, SlackError

PAGE = 200


class Place(NamedTuple):
    """A channel as Slack tells us of it."""

    name: str
    has_us: bool


async def look_at(client: SlackClient, channel: str) -> Place:
    """Ask for a channel by its id; raises SlackError, channel_not_found for a private one that we are not in."""
    answer = await client.query("conversations.info", channel=channel)
    found = answer.get("channel", {})
    return Place(name=str(found.get("name", "")), has_us=bool(found.get("is_member")))


async def channel_id(client: SlackClient, channel: str) -> str:
    """Resolve `#name`, an id, or a user's id. Raises SlackError (channel_not_found) when there is none."""
    if channel.startswith(("U", "W")):
        opened = await client.call("conversations.open", users=channel)
        return str(opened["channel"]["id"])
    if channel.startswith(("C", "G", "D")):
        return channel
    return await _by_name(client, channel.removeprefix("#"))


async def _by_name(client: SlackClient, name: str) -> str:
    """Walks the list, 20 calls a minute at most: asked only when a post's answer was lost before its id was known."""
    cursor = ""
    while True:
        page = await client.query(
            "conversations.list", types="public_channel,private_channel", limit=PAGE, cursor=cursor
        )
        for each in page.get("channels", []):
            if each.get("name") == name:
                return str(each["id"])
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            raise SlackError("conversations.list", "channel_not_found", Outcome.DESTINATION)


async def join(client: SlackClient, channel: str) -> bool:
    """Enter a public channel by ourselves; False where somebody must invite us first."""
    try:
        await client.call("conversations.join", channel=await channel_id(client, channel))
    except SlackError:
        return False
    return True
