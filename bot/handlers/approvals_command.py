"""`/approvals`: what waits for whoever asks, seen by them alone."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck

from bot.handlers.approvals_words import WORDS
from bot.handlers.asked import Asked, Vocabulary, in_time, reply_to
from bot.handlers.context import Context
from bot.slack import approval_views
from bot.slack.ids import Command
from bot.slack.manifest import prefixed


def register(app: AsyncApp, context: Context) -> None:
    vocabulary = Vocabulary(WORDS, "mine", context.approvals.refusal, approval_views.unknown_word)

    @app.command(prefixed(Command.APPROVALS, context.prefix))
    async def approvals(ack: AsyncAck, body: dict[str, Any]) -> None:
        reply = await in_time(reply_to(context, Asked.of(body), vocabulary))
        await ack(response_type="ephemeral", **reply)
