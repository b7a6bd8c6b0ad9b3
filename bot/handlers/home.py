"""App Home: what waits for me, what I asked for, and what needs somebody."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.handlers.context import Context
from bot.slack import home_view

EVENT = "app_home_opened"


def register(app: AsyncApp, context: Context) -> None:
    @app.event(EVENT)
    async def app_home_opened(event: dict[str, Any]) -> None:
        """Drawn by the publisher, which draws it again when something concerns its person."""
        if event.get("tab", "home") != "home":
            return
        user_id = event["user"]
        if refusal := await context.alerts.refusal_to_view(user_id):
            await context.client.call("views.publish", user_id=user_id, view=home_view.refused(refusal))
            return
        await context.approvals.look_home(user_id)
