"""`/approvals`: what waits for whoever asks, seen by them alone."""

import asyncio
import difflib
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.handlers.approvals_words import WORDS
from bot.handlers.asked import Asked, Reply
from bot.handlers.context import COMMIT_SECONDS, UNSURE, Context
from bot.slack import approval_views
from bot.slack.errors import SlackError
from bot.slack.ids import Command
from bot.slack.manifest import prefixed


def register(app: AsyncApp, context: Context) -> None:
    @app.command(prefixed(Command.APPROVALS, context.prefix))
    async def approvals(ack: AsyncAck, body: dict[str, Any]) -> None:
        try:
            reply = await asyncio.wait_for(_answer(context, Asked.of(body)), COMMIT_SECONDS)
        except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
            reply = {"text": "I could not answer in time. Please ask again in a moment; nothing happens twice."}
        except SlackError as error:
            reply = {"text": f"{UNSURE} ({error.error})"}
        await ack(response_type="ephemeral", **reply)


async def _answer(context: Context, asked: Asked) -> Reply:
    refusal = await context.approvals.refusal(asked.user_id)
    if refusal:
        return {"text": refusal}
    known = WORDS.get(asked.word or "mine")
    if known:
        return await known(context, asked)
    near = difflib.get_close_matches(asked.word, WORDS, n=1)
    return approval_views.unknown_word(asked.word, near[0] if near else "", context.prefix)
