"""A person presses a button or chooses from a menu, in a message, a modal or App Home."""

from dataclasses import dataclass

from bot.sandbox.channels import Channel
from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import Ack, EnvelopeKind, Failure
from bot.sandbox.elements import STATE_KEYS, Found, choose, initial_state, interactive, state_key
from bot.sandbox.errors import ControlRefusal, not_there
from bot.sandbox.interactions.actor import actor, place, required
from bot.sandbox.interactions.outcome import notify, watching
from bot.sandbox.interactions.payloads import action_ts, channel_of, envelope_of
from bot.sandbox.interactions.values import merge_values
from bot.sandbox.people import User
from bot.sandbox.wire import Json

_FAILURES = {
    Failure.TIMEOUT: "Operation timed out. Apps need to respond within 3 seconds.",
    Failure.UNREACHABLE: "This app is not responding.",
}


@dataclass(frozen=True, slots=True)
class Surface:
    """Where the element stands: a message of a channel, or a view."""

    blocks: list[Json]
    channel: Channel | None = None
    message: Json | None = None
    is_ephemeral: bool = False
    view: Json | None = None

    @property
    def name(self) -> str:
        return f"view {self.view['id']}" if self.view else f"message {(self.message or {}).get('ts')}"


async def press(sandbox: Sandbox, body: Json, settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    require_interactivity(sandbox)
    surface = find_surface(sandbox, body, user)
    found = _find_element(surface, body)
    if found.block["type"] == "input" and not found.block.get("dispatch_action"):
        raise ControlRefusal(
            f"{found.action_id} stands in an input block without dispatch_action: Slack sends nothing until the view "
            "is submitted."
        )
    state = _state(sandbox, surface, user, body)
    action = _act(sandbox, found, state, body)
    sandbox.workspace.keep_views(user.id)
    payload = _payload(sandbox, user, surface, state, action)
    with watching(sandbox, user, settle_seconds) as watch:
        ack = await sandbox.carrier().deliver(EnvelopeKind.INTERACTIVE, payload, answerable=True)
        error = failure_text(ack)
        notify(sandbox, user, surface.channel.id if surface.channel else "", error)
        await watch.settle()
        return watch.outcome(ack, error=error)


def require_interactivity(sandbox: Sandbox) -> None:
    if not sandbox.manifest.interactive:
        raise ControlRefusal("The manifest does not switch interactivity on (settings.interactivity.is_enabled).")


def failure_text(ack: Ack) -> str | None:
    return _FAILURES[ack.failure] if ack.failure else None


def find_surface(sandbox: Sandbox, body: Json, user: User) -> Surface:
    """The message of `channel` and `ts`, else the view of `view_id`, else the person's top view, else their home."""
    if body.get("ts"):
        return _message_surface(sandbox, body, user)
    home = sandbox.workspace.homes.get(user.id)
    views = [*sandbox.views.stack(user.id)]
    wanted = body.get("view_id")
    if wanted:
        view = next((each for each in [*views, *([home] if home else [])] if each["id"] == wanted), None)
        if view is None:
            raise not_there(f"open view of {user.name} with id", wanted, (each["id"] for each in views))
        return Surface(view["blocks"], view=view)
    view = views[-1] if views else home
    if view is None:
        raise ControlRefusal(f"{user.name} has no view open; name a message by channel and ts.", status=404)
    return Surface(view["blocks"], view=view)


def _message_surface(sandbox: Sandbox, body: Json, user: User) -> Surface:
    channel = place(sandbox, body, user)
    ts = str(required(body, "ts"))
    shown = sandbox.workspace.ephemerals.get(ts)
    if shown is not None and shown["user"] == user.id and shown["channel"] == channel.id:
        message = shown["message"]
        return Surface(_blocks_of(message), channel, message, is_ephemeral=True)
    found = channel.messages.get(ts)
    if found is None:
        raise not_there(f"message in #{channel.name} with ts", ts, list(channel.messages)[-10:])
    return Surface(_blocks_of(found), channel, found)


def _blocks_of(message: Json) -> list[Json]:
    attached = [block for item in message.get("attachments", ()) for block in item.get("blocks", ())]
    return [*message.get("blocks", ()), *attached]


def _find_element(surface: Surface, body: Json) -> Found:
    """By action_id; where several share it, the one of this block_id or value."""
    wanted = required(body, "action_id")
    everything = list(interactive(surface.blocks))
    found = [each for each in everything if each.action_id == wanted]
    if body.get("block_id"):
        found = [each for each in found if each.block_id == body["block_id"]]
    if not found:
        raise not_there(f"element in {surface.name} with action_id", wanted, {each.action_id for each in everything})
    value = body.get("value")
    if value is None or found[0].element["type"] != "button":
        return found[0]
    matching = [each for each in found if each.element.get("value") == value]
    if not matching:
        values = (str(each.element.get("value")) for each in found)
        raise not_there(f"button {wanted} in {surface.name} with value", value, values)
    return matching[0]


def _state(sandbox: Sandbox, surface: Surface, user: User, body: Json) -> Json:
    """What the person has entered on that surface so far, with what the press brought along."""
    if surface.view is not None:
        values: Json = surface.view["state"]["values"]
    else:
        assert surface.channel is not None and surface.message is not None  # noqa: PT018
        key = (user.id, surface.channel.id, surface.message["ts"])
        fresh = initial_state(surface.blocks)
        values = sandbox.message_states.get(key, {})
        values = {block_id: fresh[block_id] | values.get(block_id, {}) for block_id in fresh}
        sandbox.message_states[key] = values
    merge_values(surface.blocks, values, body.get("values") or {})
    return values


def _act(sandbox: Sandbox, found: Found, state: Json, body: Json) -> Json:
    """The entry in `actions`, and its trace in the state."""
    element = found.element
    action = {"action_id": found.action_id, "block_id": found.block_id, "type": element["type"]}
    action["action_ts"] = action_ts(sandbox)
    if element["type"] == "button":
        return action | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    keys = (state_key(element), "selected_option", "selected_options", "value")
    chosen = choose(element, next((body[key] for key in keys if body.get(key) is not None), None))
    if element["type"] in STATE_KEYS:
        state.setdefault(found.block_id, {})[found.action_id] = chosen
    return action | chosen


def _attached(message: Json, action: Json) -> Json:
    """What a container says more where the element stands in an attachment."""
    for attachment in message.get("attachments", ()):
        if any(block.get("block_id") == action["block_id"] for block in attachment.get("blocks", ())):
            return {"type": "message_attachment", "attachment_id": attachment["id"], "is_app_unfurl": False}
    return {}


def _payload(sandbox: Sandbox, user: User, surface: Surface, state: Json, action: Json) -> Json:
    payload = envelope_of(sandbox, "block_actions", user) | {"actions": [action]}
    if surface.view is not None:
        payload["container"] = {"type": "view", "view_id": surface.view["id"]}
        payload["view"] = surface.view
        return payload
    assert surface.channel is not None and surface.message is not None  # noqa: PT018
    message, channel = surface.message, surface.channel
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id}
    payload["container"] = container | {"is_ephemeral": surface.is_ephemeral} | _attached(message, action)
    if "thread_ts" in message:
        payload["container"]["thread_ts"] = message["thread_ts"]
    payload["channel"] = channel_of(channel)
    payload["state"] = {"values": state}
    if not surface.is_ephemeral:
        # Slack does not hand an app the text of a private message again.
        payload["message"] = message
    origin = sandbox.response_urls.new_place(channel, user.id, message, is_ephemeral=surface.is_ephemeral)
    payload["response_url"] = sandbox.response_urls.issue("actions", origin)
    return payload
