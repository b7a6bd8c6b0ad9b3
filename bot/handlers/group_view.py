"""The modal of one group: how it stands, what happened, and the same buttons as its card."""

from typing import Any

from bot.handlers.context import UNSURE, Context
from bot.services.alerts.respond import GONE
from bot.services.answers import Answer
from bot.slack.errors import SlackError
from bot.slack.group_views import group_view, notice_view

TOO_LATE = "Slack's dialog could not be opened in time; press again."


async def open_group(context: Context, body: dict[str, Any], group_id: int) -> Answer:
    """Open the modal; a trigger lives 3 s, so nothing but one look into the database comes before it.

    Where there is no channel to answer in (App Home, another modal), a refusal is shown as a modal too.
    """
    try:
        refusal, view = await _look(context, body["user"]["id"], group_id)
        if refusal and not body.get("view"):
            return Answer.unchanged(refusal)
        in_modal = body.get("view", {}).get("type") == "modal"
        await context.client.call(
            "views.push" if in_modal else "views.open", trigger_id=body["trigger_id"], view=view or notice_view(refusal)
        )
    except SlackError as error:
        reason = TOO_LATE if error.method.startswith("views.") else UNSURE
        return Answer.unchanged(f"{reason} ({error.error})")
    return Answer.done()


async def refresh_group(context: Context, body: dict[str, Any], group_id: int, notice: str) -> None:
    """Show the group as it is after a press in the modal; closed meanwhile, there is nothing to refresh.

    Whoever may not see alerts (any more) is shown the refusal instead of what the modal held.
    """
    try:
        refusal, view = await _look(context, body["user"]["id"], group_id, notice)
        await context.client.call("views.update", view_id=body["view"]["id"], view=view or notice_view(refusal))
    except SlackError as error:
        if error.error not in {"not_found", "view_not_found"}:
            raise


async def _look(context: Context, user_id: str, group_id: int, notice: str = "") -> tuple[str, dict[str, Any] | None]:
    """Why there is nothing to show, or the view."""
    refusal = await context.alerts.refusal_to_view(user_id)
    if refusal:
        return refusal, None
    detail = await context.alerts.detail(group_id)
    return ("", group_view(detail, notice)) if detail else (GONE, None)
