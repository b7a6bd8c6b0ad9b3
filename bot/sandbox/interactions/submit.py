"""A person submits or closes a modal."""

from bot.sandbox.content import read_view
from bot.sandbox.core import Sandbox
from bot.sandbox.delivery import Ack, EnvelopeKind
from bot.sandbox.elements import interactive
from bot.sandbox.errors import ControlRefusal, SlackRefusal, not_there
from bot.sandbox.interactions.actor import actor, required
from bot.sandbox.interactions.outcome import notify, watching
from bot.sandbox.interactions.payloads import envelope_of
from bot.sandbox.interactions.values import merge_values, missing_or_wrong
from bot.sandbox.people import User
from bot.sandbox.wire import Json

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(sandbox: Sandbox, body: Json, settle_seconds: float) -> Json:
    user = actor(sandbox, body)
    view = _top_view(sandbox, body, user)
    state: Json = view["state"]["values"]
    merge_values(view["blocks"], state, body.get("values") or {})
    sandbox.workspace.keep_views(user.id)
    if problems := missing_or_wrong(view["blocks"], state):
        # Slack's client keeps such a view back; the app hears nothing.
        return {"acknowledged": False, "ack_ms": 0.0, "ephemeral": [], "view": view, "errors": problems}
    payload = envelope_of(sandbox, "view_submission", user) | {"view": view}
    payload["response_urls"] = _response_urls(sandbox, user, view)
    with watching(sandbox, user, settle_seconds) as watch:
        ack = await sandbox.carrier().deliver(EnvelopeKind.INTERACTIVE, payload, answerable=True)
        shown = _respond(sandbox, user, view, ack)
        notify(sandbox, user, "", shown.get("error"))
        await watch.settle()
        return watch.outcome(ack, **shown)


def _top_view(sandbox: Sandbox, body: Json, user: User) -> Json:
    view_id = required(body, "view_id")
    stack = sandbox.views.stack(user.id)
    if not stack or view_id not in (each["id"] for each in stack):
        raise not_there(f"open view of {user.name} with id", view_id, (each["id"] for each in stack))
    if stack[-1]["id"] != view_id:
        raise ControlRefusal(f"View {view_id} lies below {stack[-1]['id']}; {user.name} sees the latter.")
    if not stack[-1].get("submit") and not any(block["type"] == "input" for block in stack[-1]["blocks"]):
        raise ControlRefusal(f"View {view_id} has no submit button.")
    return stack[-1]


def _response_urls(sandbox: Sandbox, user: User, view: Json) -> list[Json]:
    """One for each conversation chosen where the view asked for it."""
    urls = []
    for found in interactive(view["blocks"]):
        chosen = view["state"]["values"].get(found.block_id, {}).get(found.action_id, {})
        channel_id = chosen.get("selected_conversation") or chosen.get("selected_channel")
        if found.element.get("response_url_enabled") and channel_id:
            channel = sandbox.workspace.channel(channel_id)
            origin = sandbox.response_urls.new_place(channel, user.id)
            names = {"block_id": found.block_id, "action_id": found.action_id, "channel_id": channel.id}
            urls.append(names | {"response_url": sandbox.response_urls.issue("actions", origin)})
    return urls


def _respond(sandbox: Sandbox, user: User, view: Json, ack: Ack) -> Json:
    """Do what the acknowledgement asks for; a form Slack does not understand is trouble for the person."""
    if ack.failure is not None:
        return {"error": TROUBLE}
    payload = ack.payload or {}
    response_action = payload.get("response_action")
    try:
        if response_action == "errors":
            return {"response_action": response_action, "errors": _errors(view, payload)}
        _change_views(sandbox, user, view, payload)
    except SlackRefusal as refusal:
        return {"response_action": response_action, "error": TROUBLE, "refused": refusal.answer()}
    return {"response_action": response_action}


def _errors(view: Json, payload: Json) -> Json:
    errors = payload.get("errors")
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackRefusal("invalid_errors")
    return errors


def _change_views(sandbox: Sandbox, user: User, view: Json, payload: Json) -> None:
    response_action = payload.get("response_action")
    if response_action == "update":
        sandbox.views.update(user.id, view, _modal(payload))
    elif response_action == "push":
        sandbox.views.push(user.id, _modal(payload))
    elif response_action == "clear":
        sandbox.views.close(user.id, view, whole_stack=True)
    elif response_action is None and not payload:
        # Unless the app opened another view meanwhile, the submitted one goes.
        if view["id"] in (each["id"] for each in sandbox.views.stack(user.id)):
            sandbox.views.close(user.id, view)
    else:
        raise SlackRefusal("invalid_response_action")


def _modal(payload: Json) -> Json:
    view = read_view(payload.get("view"))
    if view["type"] != "modal":
        raise SlackRefusal("invalid_arguments")
    return view


async def close_view(sandbox: Sandbox, body: Json, settle_seconds: float) -> Json:
    """Cancel takes the top view away; `whole_stack` is the cross, which takes all."""
    user = actor(sandbox, body)
    view_id = required(body, "view_id")
    stack = sandbox.views.stack(user.id)
    view = next((each for each in stack if each["id"] == view_id), None)
    if view is None:
        raise not_there(f"open view of {user.name} with id", view_id, (each["id"] for each in stack))
    whole_stack = bool(body.get("whole_stack"))
    sandbox.views.close(user.id, view, whole_stack=whole_stack or bool(view["clear_on_close"]))
    with watching(sandbox, user, settle_seconds) as watch:
        ack = Ack(0.0)
        if view["notify_on_close"]:
            payload = envelope_of(sandbox, "view_closed", user) | {"view": view, "is_cleared": whole_stack}
            del payload["trigger_id"]
            ack = await sandbox.carrier().deliver(EnvelopeKind.INTERACTIVE, payload, answerable=True)
            await watch.settle()
        return watch.outcome(ack)
