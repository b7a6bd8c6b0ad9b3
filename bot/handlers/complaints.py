"""The message shortcut with which people complain about an answer, and its modal."""

import asyncio
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.handlers.context import COMMIT_SECONDS, NOT_RECORDED, TOO_LATE, UNSURE, Context
from bot.services.complaints.desk import Filing
from bot.slack import complaint_views
from bot.slack.complaint_views import MessagePlace
from bot.slack.errors import SlackError
from bot.slack.ids import Input, Shortcut, View


def register(app: AsyncApp, context: Context) -> None:
    @app.shortcut(Shortcut.FILE_COMPLAINT)
    async def open_form(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        if problem := await _open(context, body):
            await respond(problem, response_type="ephemeral", replace_original=False)

    @app.view(View.COMPLAINT_FORM)
    async def file(ack: AsyncAck, body: dict[str, Any]) -> None:
        """Committed before it is acknowledged; where that fails the form stays open with all that was entered."""
        filing = _filing(context, body)
        try:
            with context.way.taken():
                async with asyncio.timeout(COMMIT_SECONDS):
                    answer = await context.complaints.file(filing)
        except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
            await ack(response_action="errors", errors={Input.COMPLAINT_KIND: NOT_RECORDED})
        except SlackError as error:
            await ack(response_action="errors", errors={Input.COMPLAINT_KIND: f"{UNSURE} ({error.error})"})
        else:
            await ack(response_action="update", view=complaint_views.told(answer.text))


async def _open(context: Context, body: dict[str, Any]) -> str:
    """Open the modal; a text is why it is not open."""
    try:
        refusal = await context.complaints.refusal(body["user"]["id"])
        if refusal:
            return refusal
        view = complaint_views.form(MessagePlace.of(body), await context.complaints.choices())
        await context.client.call("views.open", trigger_id=body["trigger_id"], view=view)
    except SlackError as error:
        reason = TOO_LATE if error.method == "views.open" else UNSURE
        return f"{reason} ({error.error})"
    return ""


def _filing(context: Context, body: dict[str, Any]) -> Filing:
    view = body["view"]
    place = MessagePlace.read(view["private_metadata"])
    entered = complaint_views.entered(view)
    return Filing(
        user_id=body["user"]["id"],
        **entered._asdict(),
        channel=place.channel,
        message_ts=place.ts,
        permalink=context.links.to_message(*place),
        delivery_id=view["id"],
    )
