"""The parts interaction payloads are made of."""

from bot.sandbox.channels import Channel, ChannelKind
from bot.sandbox.constants import APP_ID, TEAM_DOMAIN, TEAM_ID, VERIFICATION_TOKEN
from bot.sandbox.core import Sandbox
from bot.sandbox.people import User
from bot.sandbox.wire import Json


def envelope_of(sandbox: Sandbox, kind: str, user: User) -> Json:
    """What every interaction carries; `trigger_id` is fresh."""
    return {
        "type": kind,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": sandbox.triggers.issue(user.id),
    }


def action_ts(sandbox: Sandbox) -> str:
    return f"{sandbox.clock.now():.6f}"


def channel_of(channel: Channel) -> Json:
    return {"id": channel.id, "name": shown_name(channel)}


def shown_name(channel: Channel) -> str:
    """Payloads name neither direct nor private channels."""
    if channel.kind is ChannelKind.DIRECT:
        return "directmessage"
    return "privategroup" if channel.kind is ChannelKind.PRIVATE else channel.name
