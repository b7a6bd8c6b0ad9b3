"""Presses on the question whether an escalation was needed."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.handlers.context import Context, commit_then_acknowledge, delivery_id, number_in, pressed, tell
from bot.services.escalations.need import NeedPress
from bot.slack.ids import Action
from riskengine.areas.escalation import Need


def register(app: AsyncApp, context: Context) -> None:
    def answer_with(said: Need) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            press = NeedPress(
                user_id=body["user"]["id"],
                escalation_id=number_in(pressed(body).get("value")),
                delivery_id=delivery_id(body),
            )
            await tell(await commit_then_acknowledge(context, context.escalations.judge(press, said), ack), respond)

        return listener

    app.action(Action.CALL_NEEDED)(answer_with(Need.NEEDED))
    app.action(Action.CALL_UNNEEDED)(answer_with(Need.UNNEEDED))
