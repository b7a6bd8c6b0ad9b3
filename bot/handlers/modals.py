"""Opens a modal where something was pressed."""

from typing import Any

from bot.handlers.context import TOO_LATE, UNSURE, Context
from bot.slack.errors import SlackError

#: Closed meanwhile: there is nothing to show it in.
CLOSED = frozenset({"not_found", "view_not_found"})


async def open_modal(context: Context, body: dict[str, Any], view: dict[str, Any]) -> None:
    """On top of the modal that was pressed in, where there is one. Raises SlackError; a trigger lives 3 s."""
    in_modal = body.get("view", {}).get("type") == "modal"
    method = "views.push" if in_modal else "views.open"
    await context.client.call(method, trigger_id=body["trigger_id"], view=view)


async def update_modal(context: Context, body: dict[str, Any], view: dict[str, Any]) -> None:
    """Show something else in the modal that was pressed in."""
    try:
        await context.client.call("views.update", view_id=body["view"]["id"], view=view)
    except SlackError as error:
        if error.error not in CLOSED:
            raise


def could_not(error: SlackError) -> str:
    """Why there is no modal: Slack did not open it, or did not say who asks."""
    return f"{TOO_LATE if error.method.startswith('views.') else UNSURE} ({error.error})"
