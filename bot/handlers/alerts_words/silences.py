"""`/alerts silence` and `/alerts silences`: mute alerts after a look at what that hides, and what is muted."""

from typing import Any

from bot.handlers.asked import Asked, Reply
from bot.handlers.context import TOO_LATE, Context
from bot.handlers.silence_dialogs import filled_form, shown_draft
from bot.services.silences.desk import Drafted
from bot.services.silences.forms import USUAL, SilenceForm, read_line
from bot.slack import silence_views
from bot.slack.errors import SlackError
from riskengine.response.silences import SilenceStatus


async def silence(context: Context, asked: Asked) -> Reply:
    """Open the form with what was typed; a whole line (`… for 2h because …`) is shown what it would hide at once."""
    refusal = await context.silences.refusal(asked.user_id)
    if refusal:
        return {"text": refusal}
    try:
        await context.client.call("views.open", trigger_id=asked.trigger_id, view=await _view(context, asked))
    except SlackError as error:
        return {"text": f"{TOO_LATE} ({error.error})"}
    return {}


async def _view(context: Context, asked: Asked) -> dict[str, Any]:
    typed = read_line(asked.rest)
    if not typed.is_filled:
        form = SilenceForm(typed.filter, typed.lasts or USUAL, typed.comment)
        return filled_form(context, form)
    drafted = await context.silences.draft(asked.user_id, typed)
    return shown_draft(drafted) if isinstance(drafted, Drafted) else filled_form(context, typed, drafted)


async def listing(context: Context, _asked: Asked) -> Reply:
    records = await context.silences.listed([SilenceStatus.ACTIVE, SilenceStatus.PENDING])
    return silence_views.listing(records, prefix=context.prefix)
