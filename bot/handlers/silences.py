"""Presses and dialogs about silences: open the form, look at what it hides, make it, end it."""

import asyncio
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.handlers.context import (
    COMMIT_SECONDS,
    NOT_RECORDED,
    TOO_LATE,
    UNSURE,
    Context,
    committed,
    delivery_id,
    number_in,
    pressed,
    tell,
)
from bot.handlers.silence_dialogs import errors_of, filled_form, form_in, shown_draft
from bot.services.alerts.respond import GONE
from bot.services.answers import Answer
from bot.services.silences.desk import Drafted
from bot.services.silences.forms import SilenceForm, form_of
from bot.slack.errors import SlackError
from bot.slack.group_views import notice_view
from bot.slack.ids import Action, Input, View
from bot.slack.silence_views import filter_of, listing
from riskengine.durations import written
from riskengine.response.silences import SilenceStatus

SLOW = "My database did not answer in time. What you typed is kept; press Preview again."


def register(app: AsyncApp, context: Context) -> None:
    @app.action(Action.SILENCE_GROUP)
    async def open_form(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        await tell(await _open_form(context, body), respond)

    @app.view(View.SILENCE_FORM)
    async def preview(ack: AsyncAck, body: dict[str, Any]) -> None:
        shown: dict[str, Any] = await _preview(context, body)
        await ack(**shown)

    @app.action(Action.CHANGE_SILENCE)
    async def change(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await _change(context, body)

    @app.view(View.SILENCE_PREVIEW)
    async def create(ack: AsyncAck, body: dict[str, Any]) -> None:
        answer = await committed(context, context.silences.confirm(body["user"]["id"], _draft_in(body["view"])))
        # The channels are told; only who made nothing needs to be told apart.
        if answer.changed:
            await ack(response_action="clear")
        else:
            await ack(response_action="update", view=notice_view(answer.text))

    @app.action(Action.END_SILENCE)
    async def end(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        silence_id = number_in(pressed(body).get("value"))
        answer = await committed(context, context.silences.end(body["user"]["id"], silence_id, delivery_id(body)))
        await ack()
        await _list_again(context, answer, respond)


async def _open_form(context: Context, body: dict[str, Any]) -> Answer:
    """The form with the group's labels; a trigger lives 3 s, so nothing but short looks come before it."""
    in_modal = body.get("view", {}).get("type") == "modal"
    try:
        refusal = await context.silences.refusal(body["user"]["id"])
        detail = None if refusal else await context.alerts.detail(number_in(pressed(body).get("value")))
        trouble = refusal or ("" if detail else GONE)
        if trouble and not body.get("view"):
            return Answer.unchanged(trouble)
        view = filled_form(context, form_of(detail.group)) if detail else notice_view(trouble)
        await context.client.call("views.push" if in_modal else "views.open", trigger_id=body["trigger_id"], view=view)
    except SlackError as error:
        return Answer.unchanged(f"{TOO_LATE if error.method.startswith('views.') else UNSURE} ({error.error})")
    return Answer.done()


async def _preview(context: Context, body: dict[str, Any]) -> dict[str, Any]:
    """The acknowledgement of a form: what it would hide, or what is wrong with it, where it is wrong."""
    user_id = body["user"]["id"]
    try:
        async with asyncio.timeout(COMMIT_SECONDS):
            refusal = await context.silences.refusal(user_id)
            drafted = None if refusal else await context.silences.draft(user_id, form_in(body["view"]))
    except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
        return {"response_action": "errors", "errors": {Input.SILENCE_FILTER: SLOW}}
    except SlackError as error:
        return {"response_action": "errors", "errors": {Input.SILENCE_FILTER: f"{UNSURE} ({error.error})"}}
    if drafted is None:
        return {"response_action": "update", "view": notice_view(refusal or NOT_RECORDED)}
    if isinstance(drafted, Drafted):
        return {"response_action": "update", "view": shown_draft(drafted)}
    return {"response_action": "errors", "errors": errors_of(drafted)}


async def _change(context: Context, body: dict[str, Any]) -> None:
    """Back to the form, with what was typed; closed meanwhile, there is nothing to show."""
    silence_id = number_in(pressed(body).get("value"))
    draft = await context.silences.draft_of(body["user"]["id"], silence_id)
    if draft is None or draft.state != SilenceStatus.DRAFT:
        view = notice_view(GONE if draft is None else "You made this silence already.")
    else:
        lasts = written(draft.ends_at - draft.starts_at)
        view = filled_form(context, SilenceForm(filter_of(draft), lasts, draft.comment))
    try:
        await context.client.call("views.update", view_id=body["view"]["id"], view=view)
    except SlackError as error:
        if error.error not in {"not_found", "view_not_found"}:
            raise


def _draft_in(view: dict[str, Any]) -> int:
    """The draft's id, which stands beside the button that changes it."""
    ids = (number_in(block.get("block_id")) for block in view["blocks"] if block["type"] == "actions")
    return next(ids, 0)


async def _list_again(context: Context, answer: Answer, respond: AsyncRespond) -> None:
    """The list as it is now, in place of the one that was pressed; only its reader sees either."""
    if not answer.text:
        return
    if not answer.changed:
        await tell(answer, respond)
        return
    records = await context.silences.listed([SilenceStatus.ACTIVE, SilenceStatus.PENDING])
    shown = listing(records, prefix=context.prefix, notice=answer.text)
    await respond(**shown, response_type="ephemeral", replace_original=True)
