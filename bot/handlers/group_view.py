"""The modal of one group: how it stands, what happened, and the same buttons as its card."""

from typing import Any

from bot.handlers.context import Context
from bot.services.alerts.respond import GONE
from bot.services.answers import Answer
from bot.slack.errors import SlackError
from bot.slack.group_views import group_view

TOO_LATE = "Slack's dialog could not be opened in time; press again."


async def open_group(context: Context, body: dict[str, Any], group_id: int) -> Answer:
    """Open the modal; a trigger lives 3 s, so nothing but one look into the database comes before it."""
    refusal = await context.alerts.refusal_to_view(body["user"]["id"])
    if refusal:
        return Answer.unchanged(refusal)
    detail = await context.alerts.detail(group_id)
    if detail is None:
        return Answer.unchanged(GONE)
    method = "views.push" if "view" in body else "views.open"
    try:
        await context.client.call(method, trigger_id=body["trigger_id"], view=group_view(detail))
    except SlackError as error:
        return Answer.unchanged(f"{TOO_LATE} ({error.error})")
    return Answer.done()


async def refresh_group(context: Context, view_id: str, group_id: int, notice: str) -> None:
    """Show the group as it is after a press in the modal; closed meanwhile, there is nothing to refresh."""
    detail = await context.alerts.detail(group_id)
    if detail is None:
        return
    try:
        await context.client.call("views.update", view_id=view_id, view=group_view(detail, notice))
    except SlackError as error:
        if error.error not in {"not_found", "view_not_found"}:
            raise
