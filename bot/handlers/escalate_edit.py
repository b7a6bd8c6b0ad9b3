"""The requester changes what they asked for, from the modal of their request."""

from hashlib import sha256
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.errors import NotFound
from bot.handlers.approval_view import press_in, press_on, tell_where
from bot.handlers.context import NOT_RECORDED, Context, committed
from bot.handlers.escalate_form import typed_in
from bot.handlers.modals import could_not, open_modal
from bot.services.answers import Answer
from bot.services.approvals import words
from bot.slack import escalate_views
from bot.slack.errors import SlackError
from bot.slack.ids import Action, Input, View


def register(app: AsyncApp, context: Context) -> None:
    @app.action(Action.EDIT_ESCALATION)
    async def open_form(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        await tell_where(context, body, press_in(body).request_id, await _open(context, body), respond)

    @app.view(View.ESCALATION_EDIT_FORM)
    async def change(ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = await _change(context, body)
        await ack(**shown)


async def _open(context: Context, body: dict[str, Any]) -> Answer:
    press = press_in(body)
    try:
        if why_not := (await context.approvals.chances(press)).edit:
            return Answer.unchanged(why_not)
        task = await context.escalations.task_of_request(press.request_id)
        view = escalate_views.edit_form(press.request_id, press.version, task.title, task.summary or "")
        await open_modal(context, body, view)
    except NotFound:
        return Answer.unchanged(words.GONE)
    except SlackError as error:
        return Answer.unchanged(could_not(error))
    return Answer.done()


async def _change(context: Context, body: dict[str, Any]) -> dict[str, Any]:
    view, user_id = body["view"], body["user"]["id"]
    title, summary = typed_in(view, Input.ESCALATION_TITLE).strip(), typed_in(view, Input.ESCALATION_SUMMARY).strip()
    if not title:
        return {"response_action": "errors", "errors": {Input.ESCALATION_TITLE: "Write at least a word."}}
    written = sha256(repr((title, summary)).encode()).hexdigest()[:16]
    delivery = f"{user_id}:{view['id']}:{written}"
    press = press_on(user_id, view.get("private_metadata"), delivery)
    answer = await committed(context, context.escalations.reword(press, title, summary))
    if not answer.text:
        return {"response_action": "clear"}
    if answer.text == NOT_RECORDED:
        return {"response_action": "errors", "errors": {Input.ESCALATION_TITLE: answer.text}}
    return {"response_action": "update", "view": escalate_views.told(answer.text)}
