"""What Slack shows and what it was asked, seen from outside."""

import json
import time
from collections.abc import Callable
from typing import Any

from tests.processes import get

CHANNEL = "llm-alerts"


class Workspace:
    def __init__(self, control_url: str, api_url: str) -> None:
        self._control_url = control_url
        self.api_url = api_url

    def messages(self) -> list[dict[str, Any]]:
        state = json.loads(get(f"{self._control_url}/state"))
        return next(each for each in state["channels"] if each["name"] == CHANNEL)["messages"]

    def calls(self, method: str) -> list[dict[str, Any]]:
        every = json.loads(get(f"{self._control_url}/calls?body=1"))
        return [call for call in every if call["method"] == method and call["ok"]]


def until(condition: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
    """Wait for it to become true; returns what it gave."""
    give_up = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up, f"It never came to this: {what}"
        time.sleep(0.05)
    return found
