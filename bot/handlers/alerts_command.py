"""`/alerts`: what holds now, for whoever asks, seen by them alone."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck

from bot.handlers.alerts_words import WORDS
from bot.handlers.asked import Asked, Vocabulary, in_time, reply_to
from bot.handlers.context import Context
from bot.slack import alert_lists
from bot.slack.ids import Command
from bot.slack.manifest import prefixed


def register(app: AsyncApp, context: Context) -> None:
    vocabulary = Vocabulary(WORDS, "status", context.alerts.refusal_to_view, alert_lists.unknown_word)

    @app.command(prefixed(Command.ALERTS, context.prefix))
    async def alerts(ack: AsyncAck, body: dict[str, Any]) -> None:
        reply = await in_time(reply_to(context, Asked.of(body), vocabulary))
        # A word that opened a dialog has nothing to say besides.
        await (ack(response_type="ephemeral", **reply) if reply else ack())
