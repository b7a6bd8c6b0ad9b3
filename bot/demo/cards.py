"""Finds cards in the workspace, as a person's eye does."""

from typing import Any

Json = dict[str, Any]


def newest_card(state: Json, channel: str, words: str, action_id: str) -> Json | None:
    """The newest message of a channel with these words and this button."""
    # A visitor may have taken the channel away.
    messages: list[Json] = [
        message for each in state["channels"] if each["name"] == channel for message in each["messages"]
    ]
    for message in sorted(messages, key=lambda each: str(each["ts"]), reverse=True):
        if words in message.get("text", "") and any(each.get("action_id") == action_id for each in buttons(message)):
            return message
    return None


def buttons(message: Json) -> list[Json]:
    return [each for block in message.get("blocks") or [] for each in block.get("elements") or []]
