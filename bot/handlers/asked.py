"""What somebody typed after a slash command, on its way to the word that answers it."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Self

from bot.handlers.context import Context
from bot.slack.text import typed

Reply = dict[str, Any]


class Asked(NamedTuple):
    """A command that one person typed in one place; `delivery_id` is the same when Slack delivers it again."""

    user_id: str
    channel_id: str
    #: Without `#`; Slack names neither direct messages nor private channels here.
    channel_name: str
    #: The first word, small; empty where nothing was typed.
    word: str
    #: What follows it, as it was typed.
    rest: str
    delivery_id: str
    trigger_id: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        word, _, rest = typed(body.get("text", "")).strip().partition(" ")
        trigger_id = body.get("trigger_id", "")
        return cls(
            user_id=body["user_id"],
            channel_id=body.get("channel_id", ""),
            channel_name=body.get("channel_name", ""),
            word=word.lower(),
            rest=rest.strip(),
            # A trigger belongs to one typing; Slack hands out no other id for it.
            delivery_id=f"{body['command']}:{trigger_id}",
            trigger_id=trigger_id,
        )


#: Answers one word of a command, seen by whoever asked alone.
Word = Callable[[Context, Asked], Awaitable[Reply]]
