"""`/cost`: what was spent, where the month ends and what to do, for whoever asks, seen by them alone."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.handlers.asked import Asked, Vocabulary, in_time, reply_to
from bot.handlers.context import Context
from bot.handlers.costs_words import FIRST, WORDS
from bot.slack import cost_lists
from bot.slack.ids import Command
from bot.slack.manifest import prefixed


def register(app: AsyncApp, context: Context) -> None:
    vocabulary = Vocabulary(WORDS, FIRST, context.costs.refusal, cost_lists.unknown_word)

    @app.command(prefixed(Command.COST, context.prefix))
    async def cost(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        asked = Asked.of(body)
        reply = await in_time(reply_to(context, asked, vocabulary))
        await ack(response_type="ephemeral", **reply)
        # A refusal, or an answer that did not come in time, has words alone.
        if asked.word in {"", FIRST} and "blocks" in reply:
            context.cost_picture(respond)
