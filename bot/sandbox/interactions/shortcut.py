"""A person runs a shortcut, from the search bar or on a message."""

from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import EnvelopeKind
from bot.sandbox.errors import ControlRefusal, not_there
from bot.sandbox.interactions.actor import actor, place, required
from bot.sandbox.interactions.outcome import notify, watching
from bot.sandbox.interactions.payloads import action_ts, channel_of, envelope_of
from bot.sandbox.interactions.press import failure_text, require_interactivity
from bot.sandbox.people import User
from bot.sandbox.wire import Json


async def run_shortcut(sandbox: Sandbox, body: Json, settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    require_interactivity(sandbox)
    callback_id = str(required(body, "callback_id"))
    entry = sandbox.manifest.shortcut(callback_id)
    on_message = bool(body.get("ts"))
    if entry is not None and (entry.get("type") == "message") != on_message:
        where = "on a message; give channel and ts" if entry.get("type") == "message" else "globally, not on a message"
        raise ControlRefusal(f"The shortcut {callback_id} runs {where}.")
    payload = _on_message(sandbox, body, user) if on_message else envelope_of(sandbox, "shortcut", user)
    payload |= {"callback_id": callback_id, "action_ts": action_ts(sandbox)}
    with watching(sandbox, user, settle_seconds) as watch:
        ack = await sandbox.carrier().deliver(EnvelopeKind.INTERACTIVE, payload, answerable=on_message)
        error = failure_text(ack)
        notify(sandbox, user, payload.get("channel", {}).get("id", ""), error)
        await watch.settle()
        return watch.outcome(ack, error=error)


def _on_message(sandbox: Sandbox, body: Json, user: User) -> Json:
    channel = place(sandbox, body, user)
    message = channel.messages.get(str(body["ts"]))
    if message is None:
        raise not_there(f"message in #{channel.name} with ts", body["ts"], list(channel.messages)[-10:])
    origin = sandbox.response_urls.new_place(channel, user.id, message)
    return envelope_of(sandbox, "message_action", user) | {
        "channel": channel_of(channel),
        "message": message,
        "message_ts": message["ts"],
        "response_url": sandbox.response_urls.issue("actions", origin),
    }
