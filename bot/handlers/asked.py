"""What somebody typed after a slash command, on its way to the word that answers it."""

import asyncio
import difflib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Self

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.handlers.context import COMMIT_SECONDS, UNSURE, Context
from bot.slack.errors import SlackError
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
    #: All of it.
    text: str
    delivery_id: str
    trigger_id: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        text = typed(body.get("text", "")).strip()
        word, _, rest = text.partition(" ")
        trigger_id = body.get("trigger_id", "")
        return cls(
            user_id=body["user_id"],
            channel_id=body.get("channel_id", ""),
            channel_name=body.get("channel_name", ""),
            word=word.lower(),
            rest=rest.strip(),
            text=text,
            # A trigger belongs to one typing; Slack hands out no other id for it.
            delivery_id=f"{body['command']}:{trigger_id}",
            trigger_id=trigger_id,
        )


#: Answers one word of a command, seen by whoever asked alone.
Word = Callable[[Context, Asked], Awaitable[Reply]]


class Vocabulary(NamedTuple):
    """The words of one command."""

    words: Mapping[str, Word]
    #: Answers where nothing was typed.
    first: str
    #: Why somebody may not even look, in a sentence for them; None when they may.
    refusal: Callable[[str], Awaitable[str | None]]
    #: Of a word that is none of these: the word, the nearest of these or nothing, the prefix of commands.
    unknown: Callable[[str, str, str], Reply]


async def reply_to(context: Context, asked: Asked, vocabulary: Vocabulary) -> Reply:
    """The answer of the word that was typed."""
    refusal = await vocabulary.refusal(asked.user_id)
    if refusal:
        return {"text": refusal}
    known = vocabulary.words.get(asked.word or vocabulary.first)
    if known:
        return await known(context, asked)
    near = difflib.get_close_matches(asked.word, vocabulary.words, n=1)
    return vocabulary.unknown(asked.word, near[0] if near else "", context.prefix)


async def in_time(reply: Awaitable[Reply]) -> Reply:
    """A reply, or why there is none, while Slack still waits for it."""
    try:
        return await asyncio.wait_for(reply, COMMIT_SECONDS)
    except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
        return {"text": "I could not answer in time. Please ask again in a moment; nothing happens twice."}
    except SlackError as error:
        return {"text": f"{UNSURE} ({error.error})"}
