"""Arguments of a call, in each of the four encodings Slack takes, and typed readings of them."""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.sandbox.errors import SlackRefusal, invalid_arguments
from bot.sandbox.wire import Json

_TRUE = (True, 1, "1", "true", "True")


class Arguments:
    """The call's arguments. JSON may stand as an object or, in forms and queries, as a string."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.values[name] in _TRUE if self.has(name) else default

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.values[name]) if self.has(name) and self.values[name] != "" else default
        except (TypeError, ValueError):
            raise invalid_arguments(f"must be a valid integer [json-pointer:/{name}]") from None

    def words(self, name: str) -> list[str]:
        """A comma-separated list, or a JSON array."""
        value = self.values.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def parsed(self, name: str, error: str) -> Any:
        """The JSON value, None when absent; unreadable JSON is refused as `error`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackRefusal(error) from None


async def read_arguments(request: Request, *, takes_json: bool = True) -> Arguments:
    """Query and body together; the body wins. Methods that only read pass a JSON body over, as if nothing was sent."""
    values: Json = dict(request.query_params)
    if request.method == "POST":
        values |= await _body(request, takes_json=takes_json)
    return Arguments(values)


async def _body(request: Request, *, takes_json: bool) -> Json:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _json_object(await request.body()) if takes_json else {}
    if kind == "multipart/form-data":
        async with request.form() as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    if kind in ("application/x-www-form-urlencoded", ""):
        return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    raise SlackRefusal("invalid_post_type")


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise SlackRefusal("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackRefusal("json_not_object")
    # Slack reads a token in a JSON body no more than we do: it belongs in the header.
    value.pop("token", None)
    return value
