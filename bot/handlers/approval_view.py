"""The modal of one approval request: how it stands, and what this one person may do about it."""

from typing import Any

from slack_bolt.async_app import AsyncRespond

from bot.handlers.context import Context, delivery_id, number_in, pressed, tell
from bot.handlers.modals import could_not, open_modal, update_modal
from bot.services.answers import Answer
from bot.services.approvals import words
from bot.services.approvals.chances import Chances
from bot.services.approvals.respond import Press
from bot.slack.approval_views import notice, request_view
from bot.slack.errors import SlackError
from bot.slack.ids import Action
from riskengine.response.approvals.requests import ApprovalStatus

#: Chance → the button that takes it.
_BUTTONS = {
    "approve": Action.APPROVE,
    "reject": Action.REJECT,
    "pass_on": Action.PASS_ON,
    "ask_information": Action.ASK_INFORMATION,
    "withdraw": Action.WITHDRAW,
    "break_glass": Action.BREAK_GLASS,
}
#: Subject → the button that changes what is asked; a subject without one cannot be changed in Slack.
_EDITS = {"escalation": Action.EDIT_ESCALATION}


def press_in(body: dict[str, Any]) -> Press:
    """A press on a button that says what it shows: `request:ID:VERSION`."""
    return press_on(body["user"]["id"], pressed(body).get("value"), delivery_id(body))


def press_on(user_id: str, shown: str | None, delivery: str, comment: str = "") -> Press:
    about, _, version = (shown or "").rpartition(":")
    return Press(
        user_id=user_id,
        request_id=number_in(about),
        version=number_in(version),
        delivery_id=delivery,
        comment=comment,
    )


async def open_request(context: Context, body: dict[str, Any], request_id: int) -> Answer:
    """Where there is no channel to answer in (App Home), a refusal is shown as a modal too."""
    try:
        refusal, view = await _look(context, body["user"]["id"], request_id)
        if refusal and not body.get("view"):
            return Answer.unchanged(refusal)
        await open_modal(context, body, view or notice(refusal))
    except SlackError as error:
        return Answer.unchanged(could_not(error))
    return Answer.done()


async def tell_where(
    context: Context, body: dict[str, Any], request_id: int, answer: Answer, respond: AsyncRespond
) -> None:
    """In private beside a card; in the request's modal by showing it anew, with what is to be said on top."""
    if body.get("view", {}).get("type") != "modal":
        await tell(answer, respond)
    elif answer.text or pressed(body)["action_id"] in (Action.APPROVE, Action.PASS_ON):
        refusal, view = await _look(context, body["user"]["id"], request_id, answer.text)
        await update_modal(context, body, view or notice(refusal))


async def _look(context: Context, user_id: str, request_id: int, said: str = "") -> tuple[str, dict[str, Any] | None]:
    """Why there is nothing to show, or the view."""
    refusal = await context.approvals.refusal(user_id)
    if refusal:
        return refusal, None
    card = await context.approval_card(request_id)
    if card is None:
        return words.GONE, None
    press = Press(user_id=user_id, request_id=request_id, delivery_id="", version=card.version)
    chances = await context.approvals.chances(press)
    why_not = chances.approve.removesuffix(words.NOTHING).strip() if card.status is ApprovalStatus.PENDING else ""
    return "", request_view(card, _offered(chances, card.subject_kind), why_not, said)


def _offered(chances: Chances, subject_kind: str) -> set[Action]:
    offered = {button for chance, button in _BUTTONS.items() if not getattr(chances, chance)}
    if not chances.edit and subject_kind in _EDITS:
        offered.add(_EDITS[subject_kind])
    return offered
