"""What a person enters into a view, given by a test or the page, and what Slack's client checks before sending."""

from bot.sandbox.elements import Found, choose, interactive
from bot.sandbox.errors import not_there
from bot.sandbox.wire import Json

REQUIRED = "Please complete this required field."


def merge_values(blocks: list[Json], state: Json, values: Json) -> None:
    """Lay values over the state in place.

    `values` is Slack's own shape (block_id → action_id → state or value), or for short action_id or block_id → value.
    Raises a control's 404 naming the inputs there are.
    """
    inputs = list(interactive(blocks))
    for key, given in values.items():
        in_block = [found for found in inputs if found.block_id == key]
        actions = {found.action_id: found for found in in_block}
        if isinstance(given, dict) and given and set(given) <= set(actions):
            for action_id, value in given.items():
                _set(state, actions[action_id], value)
            continue
        found = next((each for each in inputs if each.action_id == key), in_block[0] if in_block else None)
        if found is None:
            raise not_there("input", key, {f"{each.block_id}/{each.action_id}" for each in inputs})
        _set(state, found, given)


def _set(state: Json, found: Found, given: object) -> None:
    state.setdefault(found.block_id, {})[found.action_id] = choose(found.element, given)


def missing_or_wrong(blocks: list[Json], state: Json) -> Json:
    """block_id → what Slack's client says below the input; such a view is not sent."""
    errors: Json = {}
    for found in interactive(blocks):
        if found.block["type"] != "input":
            continue
        entered = state.get(found.block_id, {}).get(found.action_id, {})
        value = next((content for key, content in entered.items() if key != "type"), None)
        problem = _problem(found, value)
        if problem:
            errors[found.block_id] = problem
    return errors


def _problem(found: Found, value: object) -> str | None:
    if value in (None, "", []):
        return None if found.block.get("optional") else REQUIRED
    element = found.element
    if isinstance(value, str):
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if len(value) < least:
            return f"Please enter at least {least} characters."
        if len(value) > most:
            return f"Please enter at most {most} characters."
    return _number_problem(element, str(value)) if element["type"] == "number_input" else None


def _number_problem(element: Json, value: str) -> str | None:
    try:
        number = float(value) if element.get("is_decimal_allowed") else int(value)
    except ValueError:
        return "Please enter a valid number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
