"""App Home: what I have, and what needs somebody."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.handlers.context import Context
from bot.slack import alert_lists

EVENT = "app_home_opened"


def register(app: AsyncApp, context: Context) -> None:
    @app.event(EVENT)
    async def app_home_opened(event: dict[str, Any]) -> None:
        if event.get("tab", "home") != "home":
            return
        user_id = event["user"]
        refusal = await context.alerts.refusal_to_view(user_id)
        mine, _ = await context.alerts.open_groups(owner=user_id, limit=alert_lists.HOME_ROWS)
        everything, total = await context.alerts.open_groups(limit=alert_lists.HOME_ROWS)
        view = alert_lists.home([] if refusal else mine, [] if refusal else everything, total, refusal or "")
        await context.client.call("views.publish", user_id=user_id, view=view)
