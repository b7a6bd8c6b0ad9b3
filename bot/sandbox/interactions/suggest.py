"""A person types into a select whose options come from the app."""

from bot.sandbox.constants import MIN_QUERY_LENGTH
from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import Ack, EnvelopeKind
from bot.sandbox.elements import Found, interactive
from bot.sandbox.errors import ControlRefusal, not_there
from bot.sandbox.interactions.actor import actor, required
from bot.sandbox.interactions.payloads import channel_of, envelope_of
from bot.sandbox.interactions.press import failure_text, find_surface
from bot.sandbox.wire import Json
from bot.slack.blocks import check_blocks

UNREADABLE = "This app gave options that cannot be shown."


async def suggest(sandbox: Sandbox, body: Json, _settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    surface = find_surface(sandbox, body, user)
    wanted = required(body, "action_id")
    external = [found for found in interactive(surface.blocks) if "external" in found.element["type"]]
    found = next((each for each in external if each.action_id == wanted), None)
    if found is None:
        raise not_there(f"external select in {surface.name}", wanted, (each.action_id for each in external))
    payload = envelope_of(sandbox, "block_suggestion", user)
    typed = str(body.get("value") or "")
    _refuse_short(found, typed)
    # Slack opens nothing from here: such a payload brings no trigger.
    del payload["trigger_id"]
    payload |= {"action_id": found.action_id, "block_id": found.block_id, "value": typed}
    if surface.view is not None:
        payload |= {"view": surface.view, "container": {"type": "view", "view_id": surface.view["id"]}}
    if surface.channel is not None and surface.message is not None:
        container = {"type": "message", "message_ts": surface.message["ts"], "channel_id": surface.channel.id}
        container |= {"is_ephemeral": surface.is_ephemeral}
        payload |= {"channel": channel_of(surface.channel), "container": container}
        payload |= {} if surface.is_ephemeral else {"message": surface.message}
    ack = await sandbox.carrier().deliver(EnvelopeKind.INTERACTIVE, payload, answerable=True)
    shown, error = _offered(ack)
    outcome = {"acknowledged": ack.acknowledged, "ack_ms": ack.ms, "ephemeral": [], **shown}
    return outcome | ({"error": error} if error else {})


def _refuse_short(found: Found, typed: str) -> None:
    least = found.element.get("min_query_length", MIN_QUERY_LENGTH)
    if len(typed) < least:
        raise ControlRefusal(f"{found.action_id} asks the app from {least} characters on, not for {typed!r}.")


def _offered(ack: Ack) -> tuple[Json, str | None]:
    """What the menu shows, and what stands in its place if the app answered with what Slack would not take."""
    answer = ack.payload or {}
    shown: Json = {"options": answer.get("options") or [], "option_groups": answer.get("option_groups") or []}
    given = {key: options for key, options in shown.items() if options}
    if given and check_blocks([{"type": "actions", "elements": [{"type": "static_select", **given}]}], "message"):
        return {"options": [], "option_groups": []}, UNREADABLE
    return shown, failure_text(ack)
