"""Presses on alert cards, digests and their modals."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.handlers.context import (
    Context,
    commit_then_acknowledge,
    delivery_id,
    is_in_dm,
    number_in,
    pressed,
    tell,
)
from bot.handlers.group_view import open_group, refresh_group
from bot.services.alerts.respond import Press
from bot.services.answers import Answer
from bot.slack.ids import Action

Verb = Callable[[Press], Awaitable[Answer]]


def register(app: AsyncApp, context: Context) -> None:
    desk = context.alerts

    def answer_with(verb: Verb) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            press = to_press(body)
            answer = await commit_then_acknowledge(context, verb(press), ack)
            if "view" in body:
                await refresh_group(context, body, press.group_id, notice=answer.text)
            else:
                await tell(_said_in_dm(answer) if is_in_dm(body) else answer, respond)

        return listener

    app.action(Action.ACKNOWLEDGE_ALERTS)(answer_with(desk.acknowledge))
    app.action(Action.UNACKNOWLEDGE_ALERTS)(answer_with(desk.unacknowledge))
    app.action(Action.RESOLVE_ALERTS)(answer_with(desk.resolve))
    app.action(Action.ASSIGN_ALERTS)(answer_with(desk.assign))
    app.action(Action.CALL_USEFUL)(answer_with(partial(desk.judge, useful=True)))
    app.action(Action.CALL_NOT_USEFUL)(answer_with(partial(desk.judge, useful=False)))

    @app.action(Action.ACKNOWLEDGE_DIGEST)
    async def acknowledge_digest(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        digest_id = number_in(pressed(body).get("value"))
        work = desk.acknowledge_digest(body["user"]["id"], digest_id, delivery_id(body))
        await tell(await commit_then_acknowledge(context, work, ack), respond)

    @app.action(Action.SHOW_TIMELINE)
    async def show_timeline(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        await tell(await open_group(context, body, number_in(pressed(body).get("value"))), respond)

    @app.action(Action.OPEN_GROUP)
    async def show_group(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        chosen = (pressed(body).get("selected_option") or {}).get("value")
        await tell(await open_group(context, body, number_in(chosen)), respond)

    @app.action(Action.OPEN_RUNBOOK)
    async def open_runbook(ack: AsyncAck) -> None:
        # The browser opens the link by itself; Slack only wants to hear that we know the button.
        await ack()


def _said_in_dm(answer: Answer) -> Answer:
    """A direct message shows no card, so that a press there would seem to do nothing."""
    return Answer.done("Done. Its card shows how it stands.") if answer.changed and not answer.text else answer


def to_press(body: dict[str, Any]) -> Press:
    """Ids alone come from the message; who presses comes from Slack."""
    action = pressed(body)
    return Press(
        user_id=body["user"]["id"],
        group_id=number_in(action.get("value") or action.get("block_id")),
        delivery_id=delivery_id(body),
        assignee_id=action.get("selected_user") or "",
    )
