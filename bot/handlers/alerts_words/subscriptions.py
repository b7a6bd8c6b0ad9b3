"""`/alerts subscribe`, `unsubscribe` and `subscriptions`: what the channel hears in which one types."""

from bot.handlers.asked import Asked, Reply
from bot.handlers.context import Context
from bot.services.alerts.subscriptions import Asking, Heard
from bot.slack import subscription_lists
from bot.slack.channels import look_at
from bot.slack.errors import SlackError
from riskengine.response.subscriptions import Filter, parse_filter
from riskengine.response.terms import FilterInvalid

IN_DM = "A direct message hears no alerts by subscription. Nothing was changed; type this in the channel that shall."
INVITE = "I am not in this channel, so it would hear nothing. Type /invite @riskbot here, then the same again."
ENTERS = "I am not in this channel yet and enter it with my first message; where I may not, type /invite @riskbot."


async def subscribe(context: Context, asked: Asked) -> Reply:
    if refusal := await _refusal(context, asked):
        return {"text": refusal}
    try:
        wanted = parse_filter(asked.rest)
    except FilterInvalid as error:
        return subscription_lists.wrong_filter([str(each) for each in error.problems], context.prefix)
    try:
        place = await look_at(context.client, asked.channel_id)
    except SlackError as error:
        return {"text": _unseen(error)}
    heard = await context.subscriptions.subscribe(_asking(asked, wanted, place.name))
    return _reply(context, heard, "" if place.has_us else ENTERS)


async def unsubscribe(context: Context, asked: Asked) -> Reply:
    """Without words all of the channel's subscriptions end; it works where we are not (any more), too."""
    if refusal := await _refusal(context, asked):
        return {"text": refusal}
    try:
        ended = parse_filter(asked.rest) if asked.rest else None
    except FilterInvalid as error:
        return subscription_lists.wrong_filter([str(each) for each in error.problems], context.prefix)
    heard = await context.subscriptions.unsubscribe(_asking(asked, ended, asked.channel_name))
    return _reply(context, heard, "")


async def listing(context: Context, asked: Asked) -> Reply:
    hearing, elsewhere = await context.subscriptions.hearing(asked.channel_id, asked.channel_name)
    return subscription_lists.listing(hearing, elsewhere, prefix=context.prefix)


async def _refusal(context: Context, asked: Asked) -> str | None:
    refusal = await context.subscriptions.refusal(asked.user_id)
    return refusal or (IN_DM if asked.channel_id.startswith("D") else None)


def _asking(asked: Asked, wanted: Filter | None, channel_name: str) -> Asking:
    return Asking(
        user_id=asked.user_id,
        channel=asked.channel_id,
        channel_name=channel_name,
        filter=wanted,
        delivery_id=asked.delivery_id,
    )


def _unseen(error: SlackError) -> str:
    if error.error == "channel_not_found":
        return INVITE
    return f"Slack did not tell me about this channel, so nothing was changed. Try again in a moment. ({error.error})"


def _reply(context: Context, heard: Heard | str, place: str) -> Reply:
    if isinstance(heard, str):
        return {"text": heard}
    said, about, more, hearing = heard.said, heard.about, heard.more, heard.hearing
    return subscription_lists.answer(said, about, more, hearing, place=place, prefix=context.prefix)
