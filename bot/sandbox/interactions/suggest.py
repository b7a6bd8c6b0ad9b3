"""A person types into a select whose options come from the app."""

from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import EnvelopeKind
from bot.sandbox.elements import interactive
from bot.sandbox.errors import not_there
from bot.sandbox.interactions.actor import actor, required
from bot.sandbox.interactions.payloads import channel_of, envelope_of
from bot.sandbox.interactions.press import failure_text, find_surface
from bot.sandbox.wire import Json


async def suggest(sandbox: Sandbox, body: Json, _settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    surface = find_surface(sandbox, body, user)
    wanted = required(body, "action_id")
    external = [found for found in interactive(surface.blocks) if "external" in found.element["type"]]
    found = next((each for each in external if each.action_id == wanted), None)
    if found is None:
        raise not_there(f"external select in {surface.name}", wanted, (each.action_id for each in external))
    payload = envelope_of(sandbox, "block_suggestion", user)
    payload |= {"action_id": found.action_id, "block_id": found.block_id, "value": str(body.get("value") or "")}
    if surface.view is not None:
        payload |= {"view": surface.view, "container": {"type": "view", "view_id": surface.view["id"]}}
    if surface.channel is not None and surface.message is not None:
        container = {"type": "message", "message_ts": surface.message["ts"], "channel_id": surface.channel.id}
        payload |= {"channel": channel_of(surface.channel), "message": surface.message, "container": container}
    ack = await sandbox.carrier().deliver(EnvelopeKind.INTERACTIVE, payload, answerable=True)
    answer = ack.payload or {}
    shown = {"options": answer.get("options", []), "option_groups": answer.get("option_groups", [])}
    outcome = {"acknowledged": ack.acknowledged, "ack_ms": ack.ms, "ephemeral": [], **shown}
    return outcome | ({"error": failure_text(ack)} if ack.failure else {})
