"""`/alerts`: what holds now, for whoever asks, seen by them alone."""

import asyncio
import difflib
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.handlers.alerts_words import WORDS
from bot.handlers.asked import Asked, Reply
from bot.handlers.context import COMMIT_SECONDS, UNSURE, Context
from bot.slack import alert_lists
from bot.slack.errors import SlackError
from bot.slack.ids import Command
from bot.slack.manifest import prefixed


def register(app: AsyncApp, context: Context) -> None:
    @app.command(prefixed(Command.ALERTS, context.prefix))
    async def alerts(ack: AsyncAck, body: dict[str, Any]) -> None:
        try:
            reply = await asyncio.wait_for(answer(context, Asked.of(body)), COMMIT_SECONDS)
        except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
            reply = {"text": "I could not answer in time. Please ask again in a moment; nothing happens twice."}
        except SlackError as error:
            reply = {"text": f"{UNSURE} ({error.error})"}
        # A word that opened a dialog has nothing to say besides.
        await (ack(response_type="ephemeral", **reply) if reply else ack())


async def answer(context: Context, asked: Asked) -> Reply:
    refusal = await context.alerts.refusal_to_view(asked.user_id)
    if refusal:
        return {"text": refusal}
    known = WORDS.get(asked.word or "status")
    return await known(context, asked) if known else _unknown(context, asked.word)


def _unknown(context: Context, word: str) -> Reply:
    near = difflib.get_close_matches(word, WORDS, n=1)
    return alert_lists.unknown_word(word, near[0] if near else "", context.prefix)
