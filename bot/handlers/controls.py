"""Presses on the cards of cost controls."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.handlers.context import Context, commit_then_acknowledge, delivery_id, number_in, pressed, tell
from bot.services.controls.respond import ControlPress
from bot.slack.ids import Action
from riskengine.response.controls import ControlWish

WISHES: Mapping[Action, ControlWish] = {
    Action.START_CONTROL: ControlWish.START,
    Action.DECLINE_CONTROL: ControlWish.DECLINE,
    Action.END_CONTROL: ControlWish.END,
    Action.PROLONG_CONTROL: ControlWish.PROLONG,
}


def register(app: AsyncApp, context: Context) -> None:
    def fulfil(wish: ControlWish) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            press = ControlPress(
                user_id=body["user"]["id"],
                control_id=number_in(pressed(body).get("value")),
                delivery_id=delivery_id(body),
            )
            await tell(await commit_then_acknowledge(context, context.controls.press(press, wish), ack), respond)

        return listener

    for action, wish in WISHES.items():
        app.action(action)(fulfil(wish))
