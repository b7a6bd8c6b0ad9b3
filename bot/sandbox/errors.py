"""Refusals: Slack's own, and those of the sandbox's controls."""

from collections.abc import Iterable, Mapping

from bot.errors import RiskbotError
from bot.sandbox.wire import Json


class SlackRefusal(RiskbotError):
    """Slack answers `{"ok": false, "error": …}` with this error word and these further fields."""

    code = "slack_refusal"

    def __init__(
        self, error: str, *, status: int = 200, headers: Mapping[str, str] | None = None, fields: Json | None = None
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = dict(headers or {})
        self.fields = fields or {}

    def answer(self) -> Json:
        return {"ok": False, "error": self.error, **self.fields}


class ControlRefusal(RiskbotError):
    """A control of the sandbox cannot do what was asked."""

    code = "sandbox_control"

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def invalid_arguments(*messages: str) -> SlackRefusal:
    shown = [f"[ERROR] {message}" for message in messages]
    return SlackRefusal("invalid_arguments", fields={"response_metadata": {"messages": shown}})


def not_there(kind: str, name: object, existing: Iterable[str]) -> ControlRefusal:
    """404 of a control: names what was asked for and what there is."""
    known = ", ".join(sorted(existing)) or "none"
    return ControlRefusal(f"There is no {kind} {name!s}. There is: {known}.", status=404)
