"""A person types a slash command."""

import re

from bot.sandbox.channels import Channel
from bot.sandbox.constants import APP_ID, TEAM_DOMAIN, TEAM_ID, VERIFICATION_TOKEN
from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import Ack, EnvelopeKind
from bot.sandbox.errors import ControlRefusal, SlackRefusal
from bot.sandbox.interactions.actor import actor, required, writable_place
from bot.sandbox.interactions.outcome import notify, watching
from bot.sandbox.interactions.payloads import shown_name
from bot.sandbox.people import User
from bot.sandbox.response_urls import Place, answer
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace


async def run_command(sandbox: Sandbox, body: Json, settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    channel = writable_place(sandbox, body, user)
    if body.get("thread_ts"):
        raise ControlRefusal(f"{required(body, 'command')} is not supported in threads. Sorry!")
    command = "/" + str(required(body, "command")).removeprefix("/")
    entry = sandbox.manifest.command(command)
    text = escape_signs(str(body.get("text") or "").strip())
    if entry.get("should_escape"):
        text = escape_names(sandbox.workspace, text)
    reply_place = sandbox.response_urls.new_place(channel, user.id)
    payload = _payload(sandbox, user, channel, command, text, sandbox.response_urls.issue("commands", reply_place))
    with watching(sandbox, user, settle_seconds) as watch:
        ack = await sandbox.carrier().deliver(EnvelopeKind.COMMAND, payload, answerable=True)
        error = _show_answer(sandbox, reply_place, command, ack)
        notify(sandbox, user, channel.id, error)
        await watch.settle()
        return watch.outcome(ack, error=error)


def _payload(sandbox: Sandbox, user: User, channel: Channel, command: str, text: str, response_url: str) -> Json:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": shown_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": sandbox.triggers.issue(user.id),
    }


def _show_answer(sandbox: Sandbox, reply_place: Place, command: str, ack: Ack) -> str | None:
    """Show the message in the acknowledgement; the text of Slack's error line if there is one."""
    if ack.failure is not None:
        return f'{command} failed with the error "{ack.failure.value}"'
    if ack.payload is None or not (ack.payload.get("text") or ack.payload.get("blocks")):
        return None
    try:
        answer(sandbox.workspace, reply_place, ack.payload)
    except SlackRefusal as refusal:
        return f'{command} failed with the error "{refusal.error}"'
    return None


def escape_signs(text: str) -> str:
    """Slack hands typed `&`, `<` and `>` over as entities; only its own mentions stand in angle brackets."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_names(workspace: Workspace, text: str) -> str:
    """@alice and #general as ids with names, where the manifest asks for it."""

    def escaped(match: re.Match[str]) -> str:
        sign, name = match.group(1), match.group(2)
        if sign == "@":
            user = workspace.find_user(name)
            group = next((group for group in workspace.groups.values() if group.handle == name), None)
            if user is None and group is not None:
                return f"<!subteam^{group.id}|@{group.handle}>"
            return f"<@{user.id}|{user.name}>" if user else match.group()
        channel = workspace.find_channel(name)
        return f"<#{channel.id}|{channel.name}>" if channel else match.group()

    return re.sub(r"(?<![\w<])([@#])([\w.-]*\w)", escaped, text)
