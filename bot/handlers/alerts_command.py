"""`/alerts`: what holds now, for whoever asks, seen by them alone."""

import asyncio
import difflib
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.handlers.context import COMMIT_SECONDS, UNSURE, Context
from bot.slack import alert_lists
from bot.slack.errors import SlackError
from bot.slack.ids import Command
from bot.slack.manifest import prefixed

Reply = dict[str, Any]
Word = Callable[[Context, str], Awaitable[Reply]]


def register(app: AsyncApp, context: Context) -> None:
    @app.command(prefixed(Command.ALERTS, context.prefix))
    async def alerts(ack: AsyncAck, body: dict[str, Any]) -> None:
        try:
            reply = await asyncio.wait_for(answer(context, body["user_id"], body.get("text", "")), COMMIT_SECONDS)
        except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
            reply = {"text": "My database did not answer in time. Please ask again in a moment."}
        except SlackError as error:
            reply = {"text": f"{UNSURE} ({error.error})"}
        await ack(response_type="ephemeral", **reply)


async def answer(context: Context, user_id: str, text: str) -> Reply:
    refusal = await context.alerts.refusal_to_view(user_id)
    if refusal:
        return {"text": refusal}
    word = (text.split() or ["status"])[0].lower()
    known = WORDS.get(word)
    return await known(context, user_id) if known else _unknown(context, word)


async def _status(context: Context, _user_id: str) -> Reply:
    groups, total = await context.alerts.open_groups(limit=5)
    return alert_lists.status(await context.alerts.overview(), groups, total, context.prefix)


async def _list(context: Context, _user_id: str) -> Reply:
    groups, total = await context.alerts.open_groups(limit=alert_lists.ROWS)
    return alert_lists.listing("Open alerts", groups, total, "Nothing is open. All quiet.")


async def _mine(context: Context, user_id: str) -> Reply:
    groups, total = await context.alerts.open_groups(owner=user_id, limit=alert_lists.ROWS)
    return alert_lists.listing("What you have", groups, total, "You have no open alerts.")


async def _help(context: Context, _user_id: str) -> Reply:
    return alert_lists.help_text(context.prefix)


WORDS: dict[str, Word] = {"status": _status, "list": _list, "mine": _mine, "help": _help}


def _unknown(context: Context, word: str) -> Reply:
    near = difflib.get_close_matches(word, WORDS, n=1)
    return alert_lists.unknown_word(word, near[0] if near else "", context.prefix)
