"""`/escalate`: the form in which people ask for the stronger model, and what becomes of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck

from bot.errors import (
    ApprovalImpossible,
    DatabaseBusy,
    DatabaseUnavailable,
    NotFound,
    PeopleUnreadable,
    RiskbotError,
    WrongUse,
)
from bot.handlers.asked import Asked, Reply, in_time
from bot.handlers.context import COMMIT_SECONDS, TOO_LATE, UNSURE, Context, number_in
from bot.handlers.escalate_form import errors_of, form_in, lines_of, reason_in
from bot.services.escalations.ask import Asked as Ask
from bot.services.escalations.ask import KeyTaken
from bot.services.escalations.forms import task_of
from bot.slack import escalate_views
from bot.slack.errors import SlackError
from bot.slack.ids import Command, Input, View
from bot.slack.manifest import prefixed
from bot.slack.text import mrkdwn
from riskengine.areas.escalation import EscalationStatus, EscalationTask

#: Said below an input: the form stays open with all that was entered.
_NOT_YET = "I could not record that in time. Send it once more: nothing is asked twice."
_SENT = "This form was sent before with other words; what it asked for then stands."


def register(app: AsyncApp, context: Context) -> None:
    @app.command(prefixed(Command.ESCALATE, context.prefix))
    async def escalate(ack: AsyncAck, body: dict[str, Any]) -> None:
        reply = await in_time(_answer(context, Asked.of(body)))
        await (ack(response_type="ephemeral", **reply) if reply else ack())
        if not reply:
            # While the form is filled in: sending it must not wait for what Slack says of every role.
            await context.escalations.get_ready()

    @app.view(View.ESCALATION_FORM)
    async def sent(ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = await _sent(context, body)
        await ack(**shown)

    @app.view(View.ESCALATION_NOT_NEEDED)
    async def all_the_same(ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = await _all_the_same(context, body)
        await ack(**shown)


async def _answer(context: Context, asked: Asked) -> Reply:
    """Nothing where the form is open."""
    refusal = await context.escalations.refusal(asked.user_id)
    if refusal:
        return {"text": refusal}
    if asked.word == "help" and not asked.rest:
        return escalate_views.help_text(context.prefix)
    if asked.word.isdigit() and not asked.rest:
        return await _show(context, asked.word)
    view = escalate_views.form(context.escalations.security_types, asked.text)
    try:
        await context.client.call("views.open", trigger_id=asked.trigger_id, view=view)
    except SlackError as error:
        return {"text": f"{TOO_LATE} ({error.error})"}
    return {}


async def _show(context: Context, typed: str) -> Reply:
    try:
        shown = await context.escalations.shown(number_in(typed))
    except NotFound:
        return {"text": f"There is no escalation {typed[:20]}."}
    return escalate_views.listing(lines_of(shown), context.prefix)


async def _sent(context: Context, body: dict[str, Any]) -> dict[str, Any]:
    """A form belongs to one view: delivered again, or sent again after a mishap, it asks once."""
    view, user_id = body["view"], body["user"]["id"]
    task = task_of(form_in(view, context.escalations.security_types), f"slack:{view['id']}")
    if not isinstance(task, EscalationTask):
        return {"response_action": "errors", "errors": errors_of(task)}
    asking = context.escalations.ask(task, user_id, f"slack:{view['id']}")
    return await _asked(context, user_id, asking, Input.ESCALATION_TITLE)


async def _all_the_same(context: Context, body: dict[str, Any]) -> dict[str, Any]:
    view, user_id = body["view"], body["user"]["id"]
    reason = reason_in(view)
    if not reason:
        return _wrong(Input.ESCALATION_OVERRIDE, "Say why: whoever is asked reads it first.")
    escalation_id = number_in(view.get("private_metadata"))
    asking = context.escalations.ask_anyway(escalation_id, user_id, reason, f"slack:{view['id']}:all_the_same")
    return await _asked(context, user_id, asking, Input.ESCALATION_OVERRIDE)


async def _asked(context: Context, user_id: str, asking: Awaitable[Ask], at: Input) -> dict[str, Any]:
    """What the modal shows next; what kept it from being asked is told at an input, and nothing typed is lost."""
    try:
        with context.way.taken():
            async with asyncio.timeout(COMMIT_SECONDS):
                if refusal := await context.escalations.refusal(user_id):
                    return {"response_action": "update", "view": escalate_views.told(refusal)}
                return await _shown(context, await asking)
    except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
        return _wrong(at, _NOT_YET)
    except SlackError as error:
        return _wrong(at, f"{UNSURE} ({error.error})")
    except KeyTaken:
        return {"response_action": "update", "view": escalate_views.told(_SENT)}
    except (ApprovalImpossible, PeopleUnreadable, WrongUse, NotFound) as error:
        return _wrong(at, _in_full(error))


async def _shown(context: Context, asked: Ask) -> dict[str, Any]:
    lines = lines_of(await context.escalations.shown(asked.state.id))
    if asked.state.status is EscalationStatus.NOT_NEEDED:
        return {"response_action": "update", "view": escalate_views.not_needed(lines)}
    return {"response_action": "update", "view": escalate_views.asked(lines, context.prefix)}


def _wrong(at: Input, sentence: str) -> dict[str, Any]:
    return {"response_action": "errors", "errors": {at: sentence}}


def _in_full(error: RiskbotError) -> str:
    return mrkdwn(f"{error.message} {error.hint}".strip())
