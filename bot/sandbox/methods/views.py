"""Modals and App Home."""

from bot.sandbox.content import as_log, read_view
from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.files import invalid_files
from bot.sandbox.wire import Json


def open_view(call: Call) -> Json:
    view = _modal(call)
    user_id = call.sandbox.triggers.use(_trigger(call))
    return {"view": call.sandbox.views.open(user_id, view)}


def push(call: Call) -> Json:
    view = _modal(call)
    user_id = call.sandbox.triggers.use(_trigger(call))
    return {"view": call.sandbox.views.push(user_id, view)}


def _trigger(call: Call) -> str:
    """Also the name of an interactivity pointer, which Slack takes in its place."""
    return call.arguments.text("trigger_id") or call.arguments.required("interactivity_pointer")


def _modal(call: Call) -> Json:
    view = _view(call)
    if view["type"] != "modal":
        raise invalid_arguments("must be a modal [json-pointer:/view/type]")
    return view


def _view(call: Call) -> Json:
    if not call.arguments.has("view"):
        raise invalid_arguments("missing required field: view")
    view = read_view(call.arguments.parsed("view", "invalid_arguments"))
    if said := invalid_files(call, view["blocks"], "/view/blocks"):
        raise SlackRefusal("invalid_arguments", fields={"response_metadata": as_log(said)})
    return view


def update(call: Call) -> Json:
    view = _view(call)
    arguments = call.arguments
    if not (arguments.has("view_id") or arguments.has("external_id")):
        raise invalid_arguments("missing required field: view_id or external_id")
    found = call.sandbox.views.find(view_id=arguments.text("view_id"), external_id=arguments.text("external_id"))
    user_id, old = found
    return {"view": call.sandbox.views.update(user_id, old, view, arguments.text("hash"))}


def publish(call: Call) -> Json:
    view = _view(call)
    if view["type"] != "home":
        raise invalid_arguments("must be a home view [json-pointer:/view/type]")
    if not call.sandbox.manifest.home_enabled:
        raise SlackRefusal("not_enabled")
    user = call.person("user_id", "user_not_found")
    if user.deleted or user.is_bot:
        raise invalid_arguments("user_id is not a person who can see a home [json-pointer:/user_id]")
    return {"view": call.sandbox.views.publish(user.id, view, call.arguments.text("hash"))}
