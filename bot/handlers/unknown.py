"""The last listener: a button that no present code draws still gets a polite, truthful answer."""

import logging
import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.handlers.context import Context, pressed

logger = logging.getLogger(__name__)


def register(app: AsyncApp, context: Context) -> None:
    @app.action(re.compile(".*"))
    async def unknown_action(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        action_id = pressed(body).get("action_id", "")
        logger.warning("A press on an unknown button", extra={"action": "unknown_press", "action_id": action_id})
        if body.get("response_url"):
            command = f"/{context.prefix}alerts"
            text = (
                f"This button belongs to an older version of me. Nothing was changed; `{command}` shows what holds now."
            )
            await respond(text, response_type="ephemeral", replace_original=False)

    @app.view(re.compile(".*"))
    async def unknown_view(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        logger.warning("An unknown modal was sent", extra={"action": "unknown_view", "view": body["view"].get("id")})
