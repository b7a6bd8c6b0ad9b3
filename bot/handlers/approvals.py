"""Presses on approval cards, and the forms that some of them open."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.errors import NotFound
from bot.handlers.approval_view import open_request, press_in, press_on, tell_where
from bot.handlers.context import (
    NOT_RECORDED,
    Context,
    commit_then_acknowledge,
    committed,
    number_in,
    pressed,
    tell,
)
from bot.handlers.modals import could_not, open_modal
from bot.services.answers import Answer
from bot.services.approvals import words
from bot.services.approvals.respond import Outcome, Press
from bot.slack.approval_views import comment_form, notice
from bot.slack.errors import SlackError
from bot.slack.ids import Action, Input, View
from riskengine.response.approvals.refusals import Reason

Verb = Callable[[Press], Awaitable[Answer]]
#: Button that opens a form → the form, and the chance (services/approvals/chances.py) that must be there for it.
FORMS = {
    Action.APPROVE_WITH_COMMENT: (View.APPROVE_FORM, "approve"),
    Action.REJECT: (View.REJECT_FORM, "reject"),
    Action.ASK_INFORMATION: (View.ASK_FORM, "ask_information"),
    Action.WITHDRAW: (View.WITHDRAW_FORM, "withdraw"),
    Action.BREAK_GLASS: (View.BREAK_GLASS_FORM, "break_glass"),
}


def register(app: AsyncApp, context: Context) -> None:
    desk = context.approvals

    def decide_with(verb: Verb) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            press = press_in(body)
            answer = await commit_then_acknowledge(context, verb(press), ack)
            await tell_where(context, body, press.request_id, answer, respond)

        return listener

    def open_with(action: Action) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            await ack()
            answer = await _open_form(context, body, action)
            await tell_where(context, body, press_in(body).request_id, answer, respond)

        return listener

    def submit_with(verb: Verb) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
            answer = await committed(context, verb(_press_of_form(body)))
            shown: dict[str, Any] = _after(answer)
            await ack(**shown)

        return listener

    app.action(Action.APPROVE)(decide_with(desk.approve))
    app.action(Action.PASS_ON)(decide_with(desk.pass_on))
    for action in FORMS:
        app.action(action)(open_with(action))
    app.view(View.APPROVE_FORM)(submit_with(desk.approve))
    app.view(View.REJECT_FORM)(submit_with(desk.reject))
    app.view(View.ASK_FORM)(submit_with(desk.ask_information))
    app.view(View.WITHDRAW_FORM)(submit_with(desk.withdraw))
    app.view(View.BREAK_GLASS_FORM)(submit_with(desk.break_glass))

    @app.action(Action.OPEN_REQUEST)
    async def open_one(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        await tell(await open_request(context, body, number_in(pressed(body).get("value"))), respond)


def _press_of_form(body: dict[str, Any]) -> Press:
    """A form that was sent; mended and sent again, it is another press, delivered again it is the same."""
    view, user_id = body["view"], body["user"]["id"]
    field = view["state"]["values"].get(Input.APPROVAL_COMMENT, {}).get(Input.APPROVAL_COMMENT, {})
    comment = str(field.get("value") or "").strip()
    delivery = f"{user_id}:{view['id']}:{sha256(comment.encode()).hexdigest()[:16]}"
    return press_on(user_id, view.get("private_metadata"), delivery, comment)


async def _open_form(context: Context, body: dict[str, Any], action: Action) -> Answer:
    """Whoever may not is told so at once, before they write anything; sent, it is checked again."""
    press = press_in(body)
    view, chance = FORMS[action]
    try:
        request = (await context.approvals.detail(press.request_id)).request
        if why_not := getattr(await context.approvals.chances(press), chance):
            return Answer.unchanged(why_not)
        await open_modal(context, body, comment_form(view, request, press.version))
    except NotFound:
        return Answer.unchanged(words.GONE)
    except SlackError as error:
        return Answer.unchanged(could_not(error))
    return Answer.done()


def _after(answer: Answer) -> dict[str, Any]:
    """A form closes on what every card shows by itself; all else is said in it, and a mistake at its input."""
    if not answer.text:
        return {"response_action": "clear"}
    reason = answer.refusal.reason if isinstance(answer, Outcome) and answer.refusal else None
    if reason is Reason.COMMENT_MISSING or answer.text == NOT_RECORDED:
        return {"response_action": "errors", "errors": {Input.APPROVAL_COMMENT: answer.text}}
    return {"response_action": "update", "view": notice(answer.text)}
