"""Interactive elements of blocks: finding them, their options, and the state Slack reports of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import ControlRefusal
from bot.sandbox.wire import Json

#: Element type → (key of its state, key of its initial value).
STATE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
#: These report their choice with the press and keep no state.
STATELESS_KEYS = {"overflow": "selected_option"}


@dataclass(frozen=True, slots=True)
class Found:
    """An element and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])


def interactive(blocks: list[Json]) -> Iterator[Found]:
    """Every element a person can act on, in the order shown."""
    for block in blocks:
        elements = block.get("elements") if block.get("type") == "actions" else ()
        for candidate in (block.get("accessory"), block.get("element"), *(elements or ())):
            if isinstance(candidate, dict) and "action_id" in candidate:
                yield Found(block, candidate)


def initial_state(blocks: list[Json]) -> Json:
    """`state.values` before anybody touched anything: block_id → action_id → state."""
    values: Json = {}
    for found in interactive(blocks):
        element_type = found.element["type"]
        if element_type in STATE_KEYS:
            key, initial_key = STATE_KEYS[element_type]
            empty: Any = [] if key.endswith("s") and key.startswith("selected") else None
            state = {"type": element_type, key: found.element.get(initial_key, empty)}
            values.setdefault(found.block_id, {})[found.action_id] = state
    return values


def state_key(element: Json) -> str:
    """The field that holds what was chosen or typed."""
    element_type = element["type"]
    return STATE_KEYS[element_type][0] if element_type in STATE_KEYS else STATELESS_KEYS[element_type]


def choose(element: Json, given: object) -> Json:
    """The state of an element once a person gave it this value; 404 when it offers no such option."""
    element_type, key = element["type"], state_key(element)
    if isinstance(given, dict) and key in given and given.get("type", element_type) == element_type:
        given = given[key]
    if given is None or given == "":
        return {"type": element_type, key: [] if key == "selected_options" else None}
    if key == "selected_option":
        return {"type": element_type, key: _option(element, given)}
    if key == "selected_options":
        many = given if isinstance(given, list) else [given]
        return {"type": element_type, key: [_option(element, one) for one in many]}
    if key == "value":
        return {"type": element_type, key: str(given)}
    if key.endswith("s") and not isinstance(given, list):
        given = [given]
    return {"type": element_type, key: given}


def _option(element: Json, given: object) -> Json:
    """By value, by shown text, or as the option object. Options of external selects come from the app: any passes."""
    wanted = given.get("value") if isinstance(given, dict) else given
    offered = options(element)
    for option in offered:
        if wanted in (option.get("value"), option["text"]["text"]):
            return option
    if "external" in element["type"] and isinstance(given, dict):
        return given
    known = ", ".join(str(option.get("value")) for option in offered) or "none"
    raise ControlRefusal(f"{element['action_id']} offers no option {wanted!s}. It offers: {known}.", status=404)


def options(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups") or () for option in group["options"]]
    return [*(element.get("options") or ()), *grouped]
