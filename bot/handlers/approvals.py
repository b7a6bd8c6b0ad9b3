"""Presses on approval cards, and the forms that some of them open."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.errors import NotFound
from bot.handlers.context import (
    NOT_RECORDED,
    TOO_LATE,
    Context,
    commit_then_acknowledge,
    committed,
    delivery_id,
    number_in,
    pressed,
    tell,
)
from bot.services.answers import Answer
from bot.services.approvals import words
from bot.services.approvals.respond import Outcome, Press
from bot.slack.approval_views import comment_form, notice
from bot.slack.errors import SlackError
from bot.slack.ids import Action, Input, View
from riskengine.response.approvals.refusals import Reason

Verb = Callable[[Press], Awaitable[Answer]]


def register(app: AsyncApp, context: Context) -> None:
    desk = context.approvals

    def decide_with(verb: Verb) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            press = _press(body["user"]["id"], pressed(body).get("value"), delivery_id(body))
            await tell(await commit_then_acknowledge(context, verb(press), ack), respond)

        return listener

    def open_form(view: View) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            await ack()
            await tell(await _open_form(context, body, view), respond)

        return listener

    def submit_with(verb: Verb) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
            answer = await committed(context, verb(_press_in(body)))
            shown: dict[str, Any] = _after(answer)
            await ack(**shown)

        return listener

    app.action(Action.APPROVE)(decide_with(desk.approve))
    app.action(Action.PASS_ON)(decide_with(desk.pass_on))
    app.action(Action.APPROVE_WITH_COMMENT)(open_form(View.APPROVE_FORM))
    app.action(Action.REJECT)(open_form(View.REJECT_FORM))
    app.action(Action.ASK_INFORMATION)(open_form(View.ASK_FORM))
    app.view(View.APPROVE_FORM)(submit_with(desk.approve))
    app.view(View.REJECT_FORM)(submit_with(desk.reject))
    app.view(View.ASK_FORM)(submit_with(desk.ask_information))


def _press(user_id: str, shown: str | None, delivery: str, comment: str = "") -> Press:
    """`shown` is what the card said it shows: `request:ID:VERSION`."""
    about, _, version = (shown or "").rpartition(":")
    return Press(
        user_id=user_id,
        request_id=number_in(about),
        version=number_in(version),
        delivery_id=delivery,
        comment=comment,
    )


def _press_in(body: dict[str, Any]) -> Press:
    """A form that was sent; mended and sent again, it is another press, delivered again it is the same."""
    view, user_id = body["view"], body["user"]["id"]
    field = view["state"]["values"].get(Input.APPROVAL_COMMENT, {}).get(Input.APPROVAL_COMMENT, {})
    comment = str(field.get("value") or "").strip()
    delivery = f"{user_id}:{view['id']}:{sha256(comment.encode()).hexdigest()[:16]}"
    return _press(user_id, view.get("private_metadata"), delivery, comment)


async def _open_form(context: Context, body: dict[str, Any], view: View) -> Answer:
    """Whoever comes too late is told so at once; whether the person may decide is looked at when they send it."""
    press = _press(body["user"]["id"], pressed(body).get("value"), delivery_id(body))
    try:
        request = (await context.approvals.detail(press.request_id)).request
    except NotFound:
        return Answer.unchanged(words.GONE)
    if not request.is_pending:
        return Answer.unchanged(f"{words.over(request, press.user_id)} {words.NOTHING}")
    form = comment_form(view, request, press.version)
    try:
        await context.client.call("views.open", trigger_id=body["trigger_id"], view=form)
    except SlackError as error:
        return Answer.unchanged(f"{TOO_LATE} ({error.error})")
    return Answer.done()


def _after(answer: Answer) -> dict[str, Any]:
    """A form closes on what every card shows by itself; all else is said in it, and a mistake at its input."""
    if not answer.text:
        return {"response_action": "clear"}
    reason = answer.refusal.reason if isinstance(answer, Outcome) and answer.refusal else None
    if reason is Reason.COMMENT_MISSING or answer.text == NOT_RECORDED:
        return {"response_action": "errors", "errors": {Input.APPROVAL_COMMENT: answer.text}}
    return {"response_action": "update", "view": notice(answer.text)}
