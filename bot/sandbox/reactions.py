"""Reactions on a message: who gave which, in the order they came."""

from bot.sandbox.channels import Channel
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.feed import reacted
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

#: Different emoji on one message.
_KINDS_AT_MOST = 23


def react(workspace: Workspace, channel: Channel, message: Json, user_id: str, name: str) -> None:
    """Raises already_reacted or too_many_emoji."""
    reactions: list[Json] = message.get("reactions", [])
    found = next((each for each in reactions if each["name"] == name), None)
    if found is None:
        if len(reactions) >= _KINDS_AT_MOST:
            raise SlackRefusal("too_many_emoji")
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    if user_id in found["users"]:
        raise SlackRefusal("already_reacted")
    found["users"].append(user_id)
    _keep(workspace, channel, message, reactions)
    workspace.announce(reacted(channel, message, user_id, name, workspace.new_ts(), added=True))


def take_back(workspace: Workspace, channel: Channel, message: Json, user_id: str, name: str) -> None:
    """Raises no_reaction."""
    reactions: list[Json] = message.get("reactions", [])
    found = next((each for each in reactions if each["name"] == name and user_id in each["users"]), None)
    if found is None:
        raise SlackRefusal("no_reaction")
    found["users"].remove(user_id)
    _keep(workspace, channel, message, reactions)
    workspace.announce(reacted(channel, message, user_id, name, workspace.new_ts(), added=False))


def _keep(workspace: Workspace, channel: Channel, message: Json, reactions: list[Json]) -> None:
    left = [each | {"count": len(each["users"])} for each in reactions if each["users"]]
    if left:
        message["reactions"] = left
    else:
        message.pop("reactions", None)
    workspace.message_changed(channel, message)
